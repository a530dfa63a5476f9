"""
The API's face: JSON over HTTP under `/api/v1`, for buyers' apps and for sellers' own systems.

Owns: addresses, schemas of requests and answers, problem documents, the OpenAPI document and its page, rate limits.
Never does: decide anything. An endpoint translates in, calls one operation or some queries, translates back.
Keeps true: every bad input gets a problem document with a stable code, never a 500; a seller's key reaches that
seller's rows and no other's; the committed `docs/openapi.json` is the document that is served.
"""
