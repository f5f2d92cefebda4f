"""Runs python-quickbooks' integration tests: python upstream_runner.py CHECKOUT BASE_URL.

The tests name their records by the second, which a service on loopback is too quick for; so the company starts again
before each test. Nothing of the tests is changed.
"""

from __future__ import annotations

import sys
import unittest
import urllib.request

OBJECTS = (
    "customer",
    "item",
    "invoice",
    "payment",
    "creditmemo",
    "term",
    "preferences",
    "account",
    "refundreceipt",
    "salesreceipt",
    "taxcode",
)


class FreshCompany(unittest.TextTestResult):
    """Starts the company again before each test."""

    base = ""

    def startTest(self, test: unittest.TestCase) -> None:  # noqa: N802 - unittest's own name
        request = urllib.request.Request(f"{self.base}/_sandbox/reset", data=b"{}", method="POST")
        with urllib.request.urlopen(request) as answer:
            answer.read()
        super().startTest(test)


def main(checkout: str, base: str) -> int:
    """Point the library at the sandbox, as its own settings allow, and run its tests."""
    sys.path.insert(0, checkout)
    import intuitlib.config
    from quickbooks.client import QuickBooks

    intuitlib.config.DISCOVERY_URL["sandbox"] = f"{base}/.well-known/openid_sandbox_configuration/"
    QuickBooks.sandbox_api_url_v3 = f"{base}/v3"
    FreshCompany.base = base
    names = [f"tests.integration.test_{name}" for name in OBJECTS]
    suite = unittest.defaultTestLoader.loadTestsFromNames(names)
    result = unittest.TextTestRunner(resultclass=FreshCompany).run(suite)
    return 0 if result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
