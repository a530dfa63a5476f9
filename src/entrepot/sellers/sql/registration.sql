-- A seller's registration with all that lies with it: identifiers, papers, the account it is paid to.
SELECT
  s.country, s.form, s.state, s.legal_name, s.payout_currency, s.vat_registered,
  r.trade_name, r.representative, r.street, r.street2, r.city, r.region, r.postal_code, r.phone, r.email,
  r.register_name, r.register_number,
  r.terms_version, r.terms_accepted_at, r.self_certified_at, r.submitted_at, r.submissions,
  r.decided_at, r.reasons, r.updated_at,
  (
    SELECT jsonb_agg(jsonb_build_array(b.kind, b.value, b.value_encrypted) ORDER BY b.id)
    FROM sellers_businessid b
    WHERE b.seller_id = r.seller_id
  ) AS ids,
  (
    SELECT jsonb_agg(
      jsonb_build_array(d.id, d.kind, d.file_name, d.media_type, d.size_bytes, d.sha256, d.uploaded_at)
      ORDER BY d.uploaded_at, d.id
    )
    FROM sellers_document d
    WHERE d.seller_id = r.seller_id AND d.withdrawn_at IS NULL
  ) AS documents,
  a.rail, a.currency, a.details, a.hint, a.created_at,
  -- Whether the account replaced another that was paid to. What a draft's owner corrected never was.
  EXISTS (
    SELECT FROM sellers_bankaccount b
    WHERE b.seller_id = a.seller_id AND b.replaced_at <= a.created_at AND b.replaced_at > r.decided_at
  ) AS has_replaced
FROM sellers_registration r
JOIN sellers_seller s ON s.id = r.seller_id
LEFT JOIN sellers_bankaccount a ON a.seller_id = r.seller_id AND a.replaced_at IS NULL
WHERE r.seller_id = %s
