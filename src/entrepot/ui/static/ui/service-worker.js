// Says in the reader's language that the network is away. It keeps that one page, and answers nothing else.
"use strict";

const KEPT = "offline";
const LAST = "/offline/last";
const ANYONE = { ignoreVary: true };  // The page is the same for everybody who reads its language.

const keep = async (language) => {
  const cache = await caches.open(KEPT), page = `/offline/${language}`;
  await cache.delete(page);  // Its words, and the style sheet it names, may be newer than what is kept.
  await cache.add(page);
  await cache.put(LAST, new Response(language));
};

const sayOffline = async () => {
  const cache = await caches.open(KEPT), last = await cache.match(LAST, ANYONE);
  return (last && await cache.match(`/offline/${await last.text()}`, ANYONE)) || Response.error();
};

addEventListener("message", (event) => event.waitUntil(keep(event.data)));
addEventListener("fetch", (event) => {
  if (event.request.mode !== "navigate" || event.request.method !== "GET") return;
  event.respondWith(fetch(event.request).catch(sayOffline));
});
