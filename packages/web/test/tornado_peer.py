# Python's Tornado, asked by tests: a JSON list of questions a line on standard input, one of answers on standard output.
# Ends with its input.
import base64
import json
import sys

from tornado.httputil import HTTPConnection, HTTPHeaders, HTTPServerRequest
from tornado.web import (
    Application,
    HTTPError,
    RequestHandler,
    create_signed_value,
    decode_signed_value,
    get_signature_key_version,
)


def secret_of(secret):
    if isinstance(secret, dict):
        return {int(version): key for version, key in secret.items()}
    return secret


def handler_of(question):
    request = HTTPServerRequest(
        method="POST",
        uri="/",
        headers=HTTPHeaders(question.get("headers", {})),
        connection=type("Connection", (HTTPConnection,), {"set_close_callback": lambda *_: None})(),
    )
    app = Application([], xsrf_cookies=True, xsrf_cookie_version=question.get("version", 2))
    return RequestHandler(app, request)


def sign(question):
    return create_signed_value(
        secret_of(question["secret"]),
        question["name"],
        base64.b64decode(question["value"]),
        version=question.get("version"),
        clock=lambda: question["time"],
        key_version=question.get("keyVersion"),
    ).decode()


def verify(question):
    try:
        value = decoded(question)
    except AssertionError:  # several keys, and a value of version 1
        return None
    return None if value is None else base64.b64encode(value).decode()


def decoded(question):
    return decode_signed_value(
        secret_of(question["secret"]),
        question["name"],
        question["signed"],
        max_age_days=question.get("maxAgeDays", 31),
        clock=lambda: question["time"],
        min_version=question.get("minVersion"),
    )


def key_version(question):
    return get_signature_key_version(question["signed"])


def xsrf_token(question):
    return handler_of(question).xsrf_token.decode()


def check_xsrf(question):
    try:
        handler_of(question).check_xsrf_cookie()
    except HTTPError as error:
        return error.status_code
    return 200


ANSWERS = {one.__name__: one for one in (sign, verify, key_version, xsrf_token, check_xsrf)}
for line in sys.stdin:
    print(json.dumps([ANSWERS[question["ask"]](question) for question in json.loads(line)]), flush=True)
