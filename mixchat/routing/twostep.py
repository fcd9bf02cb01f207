"""Two-step roles: one model plans, the other carries it out."""

from msgspec import structs

from mixchat.words.question import Brief

_PLAN = (
    "Write the plan that another model will carry out: what is asked, what matters, the steps in order, and how to "
    "check the result. Be brief and concrete. Do not carry it out."
)
_EXECUTE = "A plan for this, made by another model:\n\n{plan}\n\nAnswer the request above by this plan; do not mention it."


def to_plan(brief: Brief, system: str | None) -> Brief:
    """Return the brief for the model that plans; `system` is the role's own prompt."""
    own = system if brief.settings.system is None else brief.settings.system
    together = f"{own}\n\n{_PLAN}" if own else _PLAN
    return structs.replace(brief, settings=structs.replace(brief.settings, system=together))


def to_execute(brief: Brief, plan: str) -> Brief:
    """Return the brief for the model that carries `plan` out."""
    *earlier, last = brief.messages
    text = f"{last.text}\n\n{_EXECUTE.format(plan=plan.strip())}"
    return structs.replace(brief, messages=(*earlier, structs.replace(last, text=text)))
