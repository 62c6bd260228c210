"""The display cost as a chain of named factors, and the sum that the raw cost is."""

import streamlit as st
from markupsafe import Markup

from frontend import format as words
from shared.admin import BucketCost, CostView

_LINK = Markup("<span><small>{}</small><b>{}</b></span>")
_SIGN = Markup("<i>{}</i>")
_PIECES = ("request", "picture")


def chain_html(cost: CostView) -> Markup:
    """raw cost x each factor x credits per dollar = what is shown; wraps between the links."""
    factors = [
        ("Raw cost", words.dollars(cost.raw_cost)),
        *((_named(factor.name), words.factor(factor.value)) for factor in cost.factors),
        ("Credits per $", words.allowance(cost.credits_per_dollar)),
    ]
    links = [Markup().join((_LINK.format(*link), _SIGN.format(words.TIMES))) for link in factors[:-1]]
    links.append(Markup().join((_LINK.format(*factors[-1]), _SIGN.format("="))))
    links.append(_LINK.format("Shown", words.credits(cost.display_cost)))
    return Markup('<div class="fl-chain">{}</div>').format(
        Markup().join(Markup("<span>{}</span>").format(link) for link in links)
    )


def remarks(cost: CostView) -> list[str]:
    """The raw sum (only admins are told its parts), its price version, and what else there is to say."""
    version = f"Price version {cost.price_version}."
    lines = [f"Raw: {raw_sum(cost.buckets)}. {version}" if cost.buckets else version]
    if cost.charged != cost.display_cost:
        lines.append(
            f"Charged {words.credits(cost.charged)}, the part within the hold; "
            f"{words.credits(cost.absorbed)} credits are absorbed."
        )
    if cost.estimated:
        lines.append("The provider reported no usage: tokens are estimated.")
    if cost.provider_cost is not None:
        lines.append(f"The provider reported a cost of {words.dollars(cost.provider_cost)}.")
    return lines


def raw_sum(buckets: list[BucketCost]) -> str:
    """`1,204 input x $0.25 + 486 output x $2.00 per million`, pieces (calls, pictures) at a price each."""
    tokens = [_term(bucket) for bucket in buckets if bucket.bucket not in _PIECES]
    pieces = [f"{_term(bucket)} each" for bucket in buckets if bucket.bucket in _PIECES]
    return " + ".join(([" + ".join(tokens) + " per million"] if tokens else []) + pieces)


def cost_chain(cost: CostView) -> None:
    """Draws chain and remarks."""
    lines = Markup().join(Markup("<p>{}</p>").format(line) for line in remarks(cost))
    st.html(Markup('{}<div class="fl-fine">{}</div>').format(chain_html(cost), lines))


def _term(bucket: BucketCost) -> str:
    return (
        f"{words.count(bucket.quantity)} {bucket.bucket.replace('_', ' ')} {words.TIMES} ${words.price(bucket.price)}"
    )


def _named(name: str) -> str:
    kind, _, target = name.replace(":", " ").partition(" ")
    return f"{kind.capitalize()} {target}".strip()
