"""What `entrepot verify` asks of orders: money to the minor unit, pieces, stock, rows that belong together."""

from __future__ import annotations

from collections.abc import Iterator

from entrepot.kernel.verification import Check, Fault, run

CHECKS: tuple[Check, ...] = (
    Check(
        "orders.purchase_has_its_rows",
        "each placed purchase has its orders, lines, consignments, request and payment",
        "SELECT count(*) FROM orders_purchase",
        """
        SELECT p.number, 'orders, lines, consignments or the key are missing'
        FROM orders_purchase p
        WHERE NOT EXISTS (SELECT 1 FROM orders_order o WHERE o.purchase_id = p.id)
           OR EXISTS (SELECT 1 FROM orders_order o WHERE o.purchase_id = p.id
                      AND (NOT EXISTS (SELECT 1 FROM orders_orderline l WHERE l.order_id = o.id)
                           OR NOT EXISTS (SELECT 1 FROM orders_consignment c WHERE c.order_id = o.id)))
           OR NOT EXISTS (SELECT 1 FROM orders_idempotencykey k WHERE k.purchase_id = p.id)
           OR NOT EXISTS (SELECT 1 FROM payments_attempt a WHERE a.purchase_id = p.id)
        """,
    ),
    Check(
        "orders.cart_is_placed",
        "a cart is placed when there is a purchase of it, and only then",
        "SELECT count(*) FROM orders_cart",
        """
        SELECT c.id::text, 'the cart is ' || c.status || ' and purchase ' || coalesce(p.number, 'none')
        FROM orders_cart c LEFT JOIN orders_purchase p ON p.cart_id = c.id
        WHERE (c.status = 'placed') <> (p.id IS NOT NULL)
        """,
    ),
    Check(
        "orders.purchase_total",
        "each purchase's total is the sum of its orders'",
        "SELECT count(*) FROM orders_purchase",
        """
        SELECT p.number, 'total ' || p.total_minor || ', orders ' || o.total
        FROM orders_purchase p
        JOIN (SELECT purchase_id, sum(total_minor) AS total FROM orders_order GROUP BY 1) o ON o.purchase_id = p.id
        WHERE p.total_minor <> o.total
        """,
    ),
    Check(
        "orders.purchase_and_orders_agree",
        "each order was paid when its purchase was, in its currency",
        "SELECT count(*) FROM orders_order",
        """
        SELECT o.number, 'order paid ' || coalesce(o.paid_at::text, 'never') || ', purchase '
               || coalesce(p.paid_at::text, 'never')
        FROM orders_order o JOIN orders_purchase p ON p.id = o.purchase_id
        WHERE o.paid_at IS DISTINCT FROM p.paid_at OR o.currency <> p.currency
           OR (p.ended_at IS NOT NULL AND o.state <> 'cancelled')
        """,
    ),
    Check(
        "orders.lines_add_up",
        "each order's amounts and pieces are the sums of its lines'",
        "SELECT count(*) FROM orders_orderline",
        """
        SELECT o.number, 'the lines'' amounts or pieces are not the order''s'
        FROM orders_order o
        JOIN (SELECT order_id, sum(goods_minor) g, sum(delivery_minor) d, sum(duty_minor) u, sum(tax_minor) t,
                     sum(fees_minor) f, sum(total_minor) total, sum(cancelled_minor) back, sum(ordered) ordered,
                     sum(cancelled) cancelled, sum(shipped) shipped, sum(delivered) delivered,
                     sum(seller_goods_minor) sg, sum(seller_delivery_minor) sd, sum(seller_tax_minor) st,
                     sum(seller_commission_minor) sc
              FROM orders_orderline GROUP BY 1) l ON l.order_id = o.id
        WHERE (o.goods_minor, o.delivery_minor, o.duty_minor, o.tax_minor, o.fees_minor, o.total_minor,
               o.pieces_ordered, o.pieces_cancelled, o.pieces_shipped, o.pieces_delivered,
               o.refunded_minor + o.waived_minor, o.seller_goods_minor, o.seller_delivery_minor, o.seller_tax_minor,
               o.seller_commission_minor)
          IS DISTINCT FROM
              (l.g, l.d, l.u, l.t, l.f, l.total, l.ordered, l.cancelled, l.shipped, l.delivered, l.back, l.sg, l.sd,
               l.st, l.sc)
        """,
    ),
    Check(
        "orders.state_follows_from_the_row",
        "each order's state follows from its pieces and times",
        "SELECT count(*) FROM orders_order",
        """
        SELECT o.number, 'state ' || o.state || ', derived ' || d.state
        FROM orders_order o, LATERAL (SELECT CASE
            WHEN o.pieces_cancelled = o.pieces_ordered THEN 'cancelled'
            WHEN o.paid_at IS NULL THEN 'awaiting_payment'
            WHEN o.completed_at IS NOT NULL THEN 'completed'
            WHEN o.pieces_shipped = 0 THEN 'to_ship'
            WHEN o.pieces_shipped < o.pieces_ordered - o.pieces_cancelled THEN 'part_shipped'
            WHEN o.pieces_delivered < o.pieces_shipped THEN 'shipped'
            ELSE 'delivered' END AS state) d
        WHERE o.state <> d.state
           OR (o.state IN ('cancelled', 'completed')) <> (o.ended_at IS NOT NULL)
           OR (o.state IN ('shipped', 'delivered', 'completed')) <> (o.shipped_at IS NOT NULL)
        """,
    ),
    Check(
        "orders.shipped_is_in_parcels",
        "what was shipped is in parcels, piece by piece",
        "SELECT count(*) FROM orders_orderline",
        """
        SELECT o.number, 'line ' || l.position || ': shipped ' || l.shipped || ', in parcels ' || coalesce(s.pieces, 0)
        FROM orders_orderline l JOIN orders_order o ON o.id = l.order_id
        LEFT JOIN (SELECT order_line_id, sum(quantity) AS pieces FROM shipping_parcelline GROUP BY 1) s
          ON s.order_line_id = l.id
        WHERE l.shipped <> coalesce(s.pieces, 0)
        """,
    ),
    Check(
        "orders.reserved_is_what_is_open",
        "the stock reserved of each SKU is what is open in orders",
        "SELECT count(*) FROM catalog_stock",
        """
        SELECT s.code, 'reserved ' || t.reserved || ', open in orders ' || coalesce(l.pieces, 0)
        FROM catalog_stock t JOIN catalog_sku s ON s.id = t.sku_id
        LEFT JOIN (SELECT sku_id, sum(ordered - cancelled - shipped) AS pieces FROM orders_orderline
                   WHERE ordered > cancelled + shipped GROUP BY 1) l ON l.sku_id = t.sku_id
        WHERE t.reserved <> coalesce(l.pieces, 0)
        """,
    ),
    Check(
        "orders.captured_is_in_the_ledger",
        "each purchase's payment is in the ledger, with its amount",
        "SELECT count(*) FROM orders_purchase",
        """
        SELECT p.number, 'captured ' || p.captured_minor || ', in the ledger ' || coalesce(t.amount, 0)
        FROM orders_purchase p
        LEFT JOIN (SELECT o.purchase_id, sum(t.amount_minor) AS amount
                   FROM ledger_transfer t JOIN orders_order o ON o.id = t.reference
                   JOIN ledger_account d ON d.id = t.debit_account_id AND d.kind = 'psp_receivable'
                   WHERE t.kind = 'capture' GROUP BY 1) t ON t.purchase_id = p.id
        WHERE p.captured_minor <> coalesce(t.amount, 0)
        """,
    ),
    Check(
        "orders.escrow_holds_what_is_held",
        "escrow holds of each order what is held, and nothing of a released one",
        "SELECT count(*) FROM orders_order",
        """
        WITH taxes AS (
          SELECT o.id,
            sum(share::bigint - (2 * share::bigint * l.cancelled + l.ordered) / (2 * l.ordered)) AS amount
          FROM orders_order o
          CROSS JOIN LATERAL jsonb_array_elements(o.quote->'parts') part
          CROSS JOIN LATERAL jsonb_array_elements_text(part->'shares') WITH ORDINALITY s(share, place)
          JOIN orders_orderline l ON l.order_id = o.id AND l.position = s.place - 1
          WHERE o.paid_at IS NOT NULL AND o.released_at IS NULL
            AND part->>'group' = 'tax' AND part->>'liable' = 'platform' AND part->>'payable' = 'now'
          GROUP BY 1
        ), escrow AS (
          SELECT t.reference AS id, sum(CASE WHEN t.credit_account_id = a.id THEN t.amount_minor
                                             ELSE -t.amount_minor END) AS amount
          FROM ledger_account a
          JOIN ledger_transfer t ON a.id IN (t.credit_account_id, t.debit_account_id)
          WHERE a.kind = 'escrow' GROUP BY 1
        )
        SELECT o.number, 'held ' || o.held_minor || ' less taxes ' || coalesce(x.amount, 0) || ', escrow '
               || coalesce(e.amount, 0)
        FROM orders_order o LEFT JOIN taxes x ON x.id = o.id LEFT JOIN escrow e ON e.id = o.id
        WHERE o.held_minor - CASE WHEN o.held_minor > 0 THEN coalesce(x.amount, 0) ELSE 0 END <> coalesce(e.amount, 0)
        """,
    ),
    Check(
        "orders.escrow_belongs_to_orders",
        "nothing is in escrow that belongs to no order",
        "SELECT count(*) FROM ledger_transfer",
        """
        SELECT t.posting_key, 'a transfer of escrow without an order'
        FROM ledger_account a JOIN ledger_transfer t ON a.id IN (t.credit_account_id, t.debit_account_id)
        WHERE a.kind = 'escrow' AND NOT EXISTS (SELECT 1 FROM orders_order o WHERE o.id = t.reference)
        """,
    ),
    Check(
        "orders.refunded_is_in_the_ledger",
        "each order's refunds are in the ledger and on record, with their amounts",
        "SELECT count(*) FROM orders_order",
        """
        SELECT o.number, 'refunded ' || o.refunded_minor || ', in the ledger ' || coalesce(t.amount, 0)
               || ', recorded ' || coalesce(r.amount, 0)
        FROM orders_order o
        LEFT JOIN (SELECT t.reference, sum(t.amount_minor) AS amount FROM ledger_transfer t
                   JOIN ledger_account c ON c.id = t.credit_account_id AND c.kind = 'refund_pending'
                   WHERE t.kind = 'refund' GROUP BY 1) t ON t.reference = o.id
        LEFT JOIN (SELECT order_id, sum(amount_minor) AS amount FROM orders_refund GROUP BY 1) r ON r.order_id = o.id
        WHERE o.refunded_minor <> coalesce(t.amount, 0) OR o.refunded_minor <> coalesce(r.amount, 0)
        """,
    ),
    Check(
        "orders.refunds_reach_the_service",
        "a refund is booked as gone only when the payment service took it on",
        "SELECT count(*) FROM payments_refund",
        """
        SELECT r.id::text, 'refund ' || r.state || ', waiting in the ledger ' || coalesce(t.settled, 0)
               || ', asked ' || r.amount_minor
        FROM payments_refund r
        LEFT JOIN (SELECT posting_key, sum(amount_minor) AS settled FROM ledger_transfer
                   WHERE posting_key LIKE 'refund-settled:%' GROUP BY 1) t
          ON t.posting_key = 'refund-settled:' || r.id
        WHERE coalesce(t.settled, 0) NOT IN (0, r.amount_minor) OR (t.settled IS NOT NULL AND r.state <> 'succeeded')
        """,
    ),
    Check(
        "orders.seller_gets_what_was_frozen",
        "each released order gave its seller what was frozen when it was placed",
        "SELECT count(*) FROM orders_order",
        """
        WITH due AS (
          SELECT o.id, sum(
              l.seller_goods_minor - (2 * l.seller_goods_minor * l.cancelled + l.ordered) / (2 * l.ordered)
            + l.seller_delivery_minor - (2 * l.seller_delivery_minor * l.cancelled + l.ordered) / (2 * l.ordered)
            + l.seller_tax_minor - (2 * l.seller_tax_minor * l.cancelled + l.ordered) / (2 * l.ordered)
            - l.seller_commission_minor + (2 * l.seller_commission_minor * l.cancelled + l.ordered) / (2 * l.ordered)
          ) AS amount
          FROM orders_order o JOIN orders_orderline l ON l.order_id = o.id
          WHERE o.released_at IS NOT NULL GROUP BY 1
        ), given AS (
          SELECT t.reference AS id, sum(CASE WHEN t.credit_account_id = a.id THEN t.amount_minor
                                             ELSE -t.amount_minor END) AS amount
          FROM ledger_account a
          JOIN ledger_transfer t ON a.id IN (t.credit_account_id, t.debit_account_id)
          WHERE a.kind = 'seller_payable' AND t.posting_key LIKE 'release:%' GROUP BY 1
        )
        SELECT o.number, 'due ' || coalesce(d.amount, 0) || ', given ' || coalesce(g.amount, 0)
        FROM orders_order o LEFT JOIN due d ON d.id = o.id LEFT JOIN given g ON g.id = o.id
        WHERE coalesce(d.amount, 0) <> coalesce(g.amount, 0)
        """,
    ),
    Check(
        "orders.taxes_and_duties_are_what_was_frozen",
        "what is payable of each order to tax offices and carriers is what was frozen, each in its own currency",
        "SELECT count(*) FROM orders_order WHERE paid_at IS NOT NULL",
        """
        WITH frozen AS (
          SELECT o.id, part->'native'->>1 AS currency,
            sum(share::bigint - (2 * share::bigint * l.cancelled + l.ordered) / (2 * l.ordered)) AS amount
          FROM orders_order o
          CROSS JOIN LATERAL jsonb_array_elements(o.quote->'parts') part
          CROSS JOIN LATERAL jsonb_array_elements_text(part->'native_shares') WITH ORDINALITY s(share, place)
          JOIN orders_orderline l ON l.order_id = o.id AND l.position = s.place - 1
          WHERE o.paid_at IS NOT NULL AND part->>'payable' = 'now' AND part->>'group' NOT IN ('goods', 'delivery')
            AND CASE WHEN part->>'group' = 'tax' AND part->>'liable' = 'platform' THEN true
                     WHEN part->>'group' = 'tax' AND part->>'liable' = 'seller' THEN false
                     ELSE o.released_at IS NOT NULL END
          GROUP BY 1, 2
        ), payable AS (
          SELECT t.reference AS id, t.currency,
            sum(CASE WHEN c.kind IN ('tax_payable', 'duty_payable', 'fee_payable') THEN t.amount_minor ELSE 0 END)
            - sum(CASE WHEN d.kind IN ('tax_payable', 'duty_payable', 'fee_payable') THEN t.amount_minor ELSE 0 END)
              AS amount
          FROM ledger_transfer t
          JOIN ledger_account d ON d.id = t.debit_account_id
          JOIN ledger_account c ON c.id = t.credit_account_id
          WHERE t.reference IN (SELECT id FROM orders_order)
            AND (d.kind IN ('tax_payable', 'duty_payable', 'fee_payable')
                 OR c.kind IN ('tax_payable', 'duty_payable', 'fee_payable'))
          GROUP BY 1, 2
        )
        SELECT coalesce(o.number, p.id::text), coalesce(f.currency, p.currency) || ': frozen ' || coalesce(f.amount, 0)
               || ', in the ledger ' || coalesce(p.amount, 0)
        FROM frozen f FULL JOIN payable p ON p.id = f.id AND p.currency = f.currency
        LEFT JOIN orders_order o ON o.id = coalesce(f.id, p.id)
        WHERE coalesce(f.amount, 0) <> coalesce(p.amount, 0)
        """,
    ),
)


def find_faults() -> Iterator[Fault]:
    """Yield every broken invariant of orders, with the ledger's and the stock's word beside ours."""
    yield from run(CHECKS)
