SELECT t.listing_id, t.language, concat_ws(' ', t.title, t.attributes::text, left(t.description, 4000))
FROM unnest(%s::uuid[]) WITH ORDINALITY AS w(id, place)
JOIN catalog_listing l ON l.id = w.id AND l.state = 'active'
JOIN catalog_listingtext t ON t.listing_id = l.id
ORDER BY w.place
