"""`hsqbo connect quickbooks` and `hsqbo connect hubspot`: a person's consent or key becomes a stored login."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from hsqbo_pipeline.cli.app import app
from hsqbo_pipeline.cli.printing import out, say

connect_app = typer.Typer(help="Log in to QuickBooks and HubSpot.", no_args_is_help=True)
app.add_typer(connect_app, name="connect")

Redirect = Annotated[
    str | None,
    typer.Option(
        help="The redirect address registered with the app; without it, one on this machine where that is allowed."
    ),
]
Paste = Annotated[bool, typer.Option("--paste", help="Paste the address you are sent to, instead of listening for it.")]
Wait = Annotated[float, typer.Option(min=1, help="Seconds to listen for the browser to come back.")]


@connect_app.command()
def quickbooks(redirect: Redirect = None, paste: Paste = False, wait: Wait = 300.0) -> None:
    """Log in to a QuickBooks company: open Intuit's consent page, agree, and the login is stored in the data folder.

    With development keys the browser comes back to this machine; production keys redirect to https alone, so paste the
    address you end at. Names company, realm, environment and closing date at the end.
    """
    from hsqbo_pipeline.runs.connect import connect_quickbooks, quickbooks_consent
    from hsqbo_pipeline.settings import load as load_settings

    settings = load_settings()
    consent = quickbooks_consent(settings, redirect)
    redirected = _sent_back(consent.address, consent.redirect_uri, "an administrator of the company", paste, wait)
    company = connect_quickbooks(settings, consent, redirected)
    closed = f"closed until {company.closed_until}" if company.closed_until else "no closing date is set"
    _tell(f"Connected: {company.name}, realm {company.realm}, {company.environment}; {closed}.")
    if company.ends:
        _tell(f"The login renews itself with every run and ends for good on {company.ends}; we warn 60 days before.")


@connect_app.command()
def hubspot(
    oauth: Annotated[bool, typer.Option("--oauth", help="With an app of your own, instead of a key.")] = False,
    redirect: Redirect = None,
    paste: Paste = False,
    wait: Wait = 300.0,
) -> None:
    """Log in to a HubSpot portal with a service key or private-app token, or with --oauth through an app of your own.

    The key is asked for unseen, or read from standard input: `hsqbo connect hubspot < key.txt`. It is tried by reading the
    account before it is stored. Names the portal, and the permissions that are there and that are missing.
    """
    from pydantic import SecretStr

    from hsqbo_pipeline.runs.connect import connect_hubspot_app, connect_hubspot_key, hubspot_consent, rules_so_far
    from hsqbo_pipeline.settings import load as load_settings

    settings = load_settings()
    rules = rules_so_far(settings)
    if oauth:
        consent = hubspot_consent(settings, rules, redirect)
        redirected = _sent_back(consent.address, consent.redirect_uri, "a super admin of the portal", paste, wait)
        portal = connect_hubspot_app(settings, consent, redirected, rules)
    else:
        portal = connect_hubspot_key(
            settings, SecretStr(_typed("Service key or private-app token", unseen=True)), rules
        )
    kind = f" ({portal.account_type.lower().replace('_', ' ')})" if portal.account_type else ""
    _tell(f"Connected: portal {portal.portal_id}{kind}.")
    if portal.granted is not None:
        _tell(f"Permissions: {', '.join(sorted(portal.granted)) or 'none'}")
    else:
        _tell("HubSpot does not list the permissions of this kind of key. Reading was tried; writing was not.")
    for scope in portal.missing:
        _tell(f"Missing: {scope.name} ({scope.purpose})")
    if portal.missing:
        _tell("Add what is missing to the key or app in HubSpot; a key takes it at once, an app is connected again.")


def _sent_back(address: str, redirect_uri: str, who: str, paste: bool, wait: float) -> str:
    """The address the person ends at, listened for or pasted."""
    from hsqbo_pipeline.clients.landing_page import LandingPage
    from hsqbo_pipeline.settings import is_loopback

    if paste or not is_loopback(redirect_uri):
        _open(address, who)
        return _typed("Paste the address you were sent to")
    with LandingPage(redirect_uri) as page:
        _open(address, who)
        say(f"Waiting for the browser to come back to {redirect_uri}")
        return page.wait(wait)


def _open(address: str, who: str) -> None:
    say(f"Open this address, sign in as {who}, and agree:")
    out.print(address, markup=False, soft_wrap=True)


def _typed(question: str, *, unseen: bool = False) -> str:
    """An answer from a person, or the first line of standard input."""
    if sys.stdin.isatty():
        return str(typer.prompt(question, hide_input=unseen, err=True))
    return sys.stdin.readline().strip()


def _tell(sentence: str) -> None:
    out.print(sentence, markup=False, soft_wrap=True)
