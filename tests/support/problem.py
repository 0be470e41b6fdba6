"""What every error answer must look like (RFC 9457), asserted in one place."""

import re

PHRASES = {
    400: "Bad Request", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed", 408: "Request Timeout", 413: "Content Too Large",
    422: "Unprocessable Content", 423: "Locked", 429: "Too Many Requests", 431: "Request Header Fields Too Large",
    500: "Internal Server Error", 501: "Not Implemented", 503: "Service Unavailable", 504: "Gateway Timeout",
}
NEVER_TOLD = re.compile(r"CKR_|0x[0-9a-f]{2}|/tmp/|\.sock|\.conf|libsofthsm|signet-[a-z0-9]+/", re.IGNORECASE)


def assert_problem(test, answer, status: int, code: str) -> dict:
    """Status, content type, members, Cache-Control, Retry-After, Allow; and nothing of the server's inside. Gives the document."""
    test.assertIsNotNone(answer, f"closed instead of {status} {code}")
    test.assertEqual(answer.status, status, answer)
    test.assertEqual(answer.headers["Content-Type"], "application/problem+json")
    test.assertEqual(answer.headers["Cache-Control"], "no-store")
    document = answer.json()
    test.assertEqual(document["code"], code, answer)
    test.assertEqual(document["status"], status)
    test.assertEqual(document.get("type", "about:blank"), "about:blank")
    test.assertEqual(document["title"], PHRASES[status])
    test.assertGreater(len(document["detail"]), 10)
    test.assertRegex(document["request_id"], r"^[0-9A-Za-z-]{8,64}$")
    test.assertIsNone(NEVER_TOLD.search(answer.body.decode()), answer)
    retry_after = answer.headers["Retry-After"]
    if status in (429, 503):
        test.assertRegex(retry_after or "absent", r"^[1-9][0-9]*$")
    else:
        test.assertIsNone(retry_after)
    test.assertEqual(answer.headers["Allow"] is not None, status == 405)
    return document
