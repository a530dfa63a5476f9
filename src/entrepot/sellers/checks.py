"""What `entrepot verify` asks of sellers: everybody who sells is answerable, verified as a whole, and one entity."""

from __future__ import annotations

from collections.abc import Iterator

from entrepot.kernel.verification import Check, Fault, run

CHECKS: tuple[Check, ...] = (
    Check(
        name="sellers.owner",
        sentence="every seller has an owner",
        rows="SELECT count(*) FROM sellers_seller",
        faults="""
        SELECT 'seller ' || s.id, 'nobody owns it' FROM sellers_seller s
        WHERE NOT EXISTS (SELECT 1 FROM sellers_member m WHERE m.seller_id = s.id AND m.role = 'owner')
        ORDER BY s.id
        """,
    ),
    Check(
        name="sellers.verified",
        sentence="who was approved gave consent, promise, account, papers and an identifier that is theirs alone",
        rows="SELECT count(*) FROM sellers_seller WHERE state IN ('approved', 'suspended')",
        faults="""
        SELECT 'seller ' || s.id, s.state || ' without ' || concat_ws(', ',
          CASE WHEN r.terms_accepted_at IS NULL THEN 'consent to terms' END,
          CASE WHEN r.self_certified_at IS NULL THEN 'self-certification' END,
          CASE WHEN b.id IS NULL THEN 'a bank account' END,
          CASE WHEN d.seller_id IS NULL THEN 'documents' END,
          CASE WHEN i.seller_id IS NULL THEN 'a claimed identifier' END)
        FROM sellers_seller s
        LEFT JOIN sellers_registration r ON r.seller_id = s.id
        LEFT JOIN sellers_bankaccount b ON b.seller_id = s.id AND b.replaced_at IS NULL
        LEFT JOIN (SELECT DISTINCT seller_id FROM sellers_document WHERE withdrawn_at IS NULL) d
          ON d.seller_id = s.id
        LEFT JOIN (SELECT DISTINCT seller_id FROM sellers_businessid WHERE is_entity_key AND is_claimed) i
          ON i.seller_id = s.id
        WHERE s.state IN ('approved', 'suspended')
          AND (r.terms_accepted_at IS NULL OR r.self_certified_at IS NULL
               OR b.id IS NULL OR d.seller_id IS NULL OR i.seller_id IS NULL)
        ORDER BY s.id
        """,
    ),
    Check(
        name="sellers.store",
        sentence="every store belongs to a seller that was approved once",
        rows="SELECT count(*) FROM sellers_store",
        faults="""
        SELECT 'store ' || t.slug, 'its seller is a ' || s.state FROM sellers_store t
        JOIN sellers_seller s ON s.id = t.seller_id JOIN sellers_registration r ON r.seller_id = s.id
        WHERE s.state = 'draft' OR r.decided_at IS NULL
        ORDER BY t.slug
        """,
    ),
)


def find_faults() -> Iterator[Fault]:
    """Yield every seller or store that breaks one of the room's promises."""
    yield from run(CHECKS)
