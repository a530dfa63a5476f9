-- How many listings of a seller there are in each state, and how many of them lack what buyers abroad need.
SELECT l.state, count(*),
       count(*) FILTER (WHERE l.state <> 'archived' AND l.hs_code IS NULL),
       count(*) FILTER (WHERE l.state <> 'archived' AND EXISTS (
         SELECT 1 FROM catalog_sku k WHERE k.listing_id = l.id AND k.state = 'active' AND k.weight_g IS NULL)),
       count(*) FILTER (WHERE l.state <> 'archived' AND NOT EXISTS (
         SELECT 1 FROM catalog_picture p WHERE p.listing_id = l.id AND p.state = 'ready')),
       count(*) FILTER (WHERE l.state <> 'archived' AND NOT EXISTS (
         SELECT 1 FROM catalog_sku k JOIN catalog_stock s ON s.sku_id = k.id
         WHERE k.listing_id = l.id AND k.state = 'active' AND s.on_hand > s.reserved))
FROM catalog_listing l
WHERE l.seller_id = %s
GROUP BY l.state
