"""`hsqbo init`: at most eight questions, then a commented sync.yaml."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from hsqbo_pipeline.cli.app import app
from hsqbo_pipeline.cli.printing import out, say
from hsqbo_pipeline.errors import ConfigurationError

if TYPE_CHECKING:
    from hsqbo_pipeline.runs.setup import Answers, Draft, Facts

T = TypeVar("T")


@app.command(name="init")
def setup(
    directions: Annotated[
        str | None, typer.Option(help="recommended, both, or e.g. customers=both,invoices=quickbooks_to_hubspot.")
    ] = None,
    winner: Annotated[str | None, typer.Option(help="hubspot, quickbooks, newest or hold.")] = None,
    bill: Annotated[str | None, typer.Option(help="Who is the customer: people or companies.")] = None,
    income_account: Annotated[str | None, typer.Option(help="An income account's name or id, or later.")] = None,
    deposit_to: Annotated[str | None, typer.Option(help="Where HubSpot payments are booked, or later.")] = None,
    tax: Annotated[str | None, typer.Option(help="refuse, send_non, let_quickbooks_compute or later.")] = None,
    start: Annotated[str | None, typer.Option(help="today, a day, or a day and time where the company is.")] = None,
    mode: Annotated[str | None, typer.Option(help="observe, ask or automatic.")] = None,
    workflows: Annotated[
        bool | None, typer.Option("--workflows/--no-workflows", help="Workflows leave records of the first load alone.")
    ] = None,
    timezone: Annotated[str | None, typer.Option(help="The company's zone; without it, QuickBooks is asked.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing: what no option says stays as it is.")] = False,
) -> None:
    """Ask the questions of HubSpot's set-up, at most eight, and write the commented rules to sync.yaml.

    A file that is there is where it starts from: its values are offered, its comments stay, and what changes is shown before
    it is written. Each question has an option, for machines.
    """
    from hsqbo_pipeline.runs import setup as use
    from hsqbo_pipeline.settings import load as load_settings

    settings = load_settings()
    text = use.text_so_far(settings.rules)
    facts = use.ask_company(settings)
    offered = use.offered(text, facts, timezone)
    _greet(facts, text is None, offered)
    given = {
        "directions": directions, "winner": winner, "bill": bill, "income": income_account, "deposit": deposit_to, "tax": tax,
        "start": start, "mode": mode, "workflows": None if workflows is None else "yes" if workflows else "no",
    }  # fmt: skip
    answers = _asked(offered, facts, _Questions(given, silent=yes))
    made = use.draft(settings.rules, text, answers, offered)
    _show(made, answers)
    if made.diff and (yes or typer.confirm(f"Write {made.path}?", default=True, err=True)):
        made.write()
        out.print(
            f"Written: {made.path}. Next: `hsqbo doctor`, then `hsqbo sync --dry-run`.", markup=False, soft_wrap=True
        )


class _Questions:
    """Where answers come from: an option, else the person; silent, else what is offered."""

    def __init__(self, given: dict[str, str | None], *, silent: bool) -> None:
        self._given = given
        self.silent = silent
        self._number = 0

    def ask(self, name: str, question: str, offered: str, read: Callable[[str], T]) -> T:
        """One answer, read; asked again until it can be. Raises ConfigurationError for an option that can't."""
        said = self._given.get(name)
        if said is not None:
            return read(said)
        if self.silent:
            return read(offered)
        self._number += 1
        return typer.prompt(f"{self._number}. {question}", default=offered, value_proc=_again(read), err=True)  # type: ignore[no-any-return]

    def accounts(
        self, offered: str, read: Callable[[str], tuple[str | None, str | None]]
    ) -> tuple[str | None, str | None]:
        """Both accounts in one question; each has an option of its own."""
        held = [part.strip() for part in offered.split(";")]
        given = [self._given.get("income"), self._given.get("deposit")]
        if any(given) or self.silent:
            return read("; ".join(said or old for said, old in zip(given, held, strict=True)))
        return self.ask("accounts", "Income account; account that payments go to (or later)", offered, read)


def _again(read: Callable[[str], Any]) -> Callable[[str], Any]:
    def proc(text: str) -> Any:
        try:
            return read(text)
        except ConfigurationError as error:
            raise typer.BadParameter(error.message) from None

    return proc


def _greet(facts: Facts, fresh: bool, answers: Answers) -> None:
    if facts.trouble:
        say(f"QuickBooks could not be asked, so names are not checked: {facts.trouble}")
    else:
        say(f"Company: {facts.name}, {facts.country}, zone {answers.timezone}")
    say(
        "No rules yet: HubSpot's recommended ones are offered."
        if fresh
        else "Your rules are offered; Enter keeps a value."
    )


def _asked(offered: Answers, facts: Facts, questions: _Questions) -> Answers:
    """The questions, in the order of HubSpot's set-up; those about the books only if something flows there."""
    from hsqbo_pipeline.model.rules import Mode, Winner
    from hsqbo_pipeline.runs import setup as use

    words = ", ".join(f"{name}={word.value}" for name, word in offered.directions.items())
    answers = replace(
        offered,
        directions=questions.ask(
            "directions", "What flows which way (recommended, both, or one by one)", words,
            lambda text: use.read_directions(text, offered.directions),
        ),
    )  # fmt: skip
    winner = questions.ask(
        "winner", "Both sides changed a field; whose value stands (hubspot, quickbooks, newest, hold)", offered.winner.value,
        lambda text: Winner(use.read_word("winner", text, list(Winner))),
    )  # fmt: skip
    bill = questions.ask(
        "bill", "Who is the customer in QuickBooks (people, companies)", offered.bill,
        lambda text: use.read_word("bill", text, ("people", "companies")),
    )  # fmt: skip
    answers = replace(answers, winner=winner, bill=bill)
    answers = _about_the_books(answers, facts, questions) if answers.to_quickbooks else answers
    start = questions.ask(
        "start", "Invoices from which moment on (today, or a day)", offered.start.isoformat(),
        lambda text: use.read_start(text, facts, answers.timezone),
    )  # fmt: skip
    mode = questions.ask(
        "mode", "What may a run do (observe: only look, ask: each plan waits for you, automatic)", offered.mode.value,
        lambda text: Mode(use.read_word("mode", text, list(Mode))),
    )  # fmt: skip
    say(f"HubSpot workflows act on what the first load makes. The filter to set, {use.WORKFLOW_FILTER}.")
    workflows = questions.ask(
        "workflows", "Is that filter set (yes, no: the first load of payments waits)", "yes" if offered.workflows else "no",
        lambda text: use.read_word("workflows", text, ("yes", "no")) == "yes",
    )  # fmt: skip
    return replace(answers, start=start, mode=mode, workflows=workflows)


def _about_the_books(answers: Answers, facts: Facts, questions: _Questions) -> Answers:
    """Accounts in one question, tax in another."""
    from hsqbo_pipeline.runs import setup as use

    for kind, word in (("income", "Income accounts"), ("deposit", "Accounts for payments")):
        if facts.accounts and not questions.silent:
            say(f"{word}: {', '.join(use.accounts_of(facts, kind))}")

    def both(text: str) -> tuple[str | None, str | None]:
        income, _, deposit = text.partition(";")
        return use.read_account(income, facts, "income"), use.read_account(deposit, facts, "deposit")

    income, deposit = questions.accounts(f"{answers.income_account or 'later'}; {answers.deposit_to or 'later'}", both)
    answers = replace(answers, income_account=income, deposit_to=deposit)
    if facts.uses_sales_tax is False:
        return answers
    tax = questions.ask(
        "tax", f"An untaxed HubSpot invoice where QuickBooks collects US sales tax ({', '.join(use.TAX)})",
        answers.tax or "later", lambda text: use.read_word("tax", text, use.TAX),
    )  # fmt: skip
    return replace(answers, tax=None if tax == "later" else tax)


def _show(made: Draft, answers: Answers) -> None:
    if not made.diff:
        out.print(f"{made.path} says all of that already; nothing is written.", markup=False, soft_wrap=True)
    elif made.before:
        out.print(made.diff, markup=False, soft_wrap=True)
        say("Every comment stays." if not made.lost else "These comments can't be kept where they stood:")
        for comment in made.lost:
            say(f"  {comment}")
    out.print(
        f"Invoices made before {answers.start.isoformat(sep=' ', timespec='minutes')} ({answers.timezone}) are left alone, "
        "also by a backfill.",
        markup=False, soft_wrap=True,
    )  # fmt: skip
