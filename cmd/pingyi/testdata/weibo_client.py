"""A small client of a fan service webhook, written from the documentation alone.

usage: weibo_client.py URL APP_SECRET UID UNIT_NUMBER

It checks the address as the platform does, follows by a numbered code, rates
the unit with one string of digits, confirms, delivers the confirming push a
second time, and prints the receipt. It uses the standard library alone and
shares no code with the server.
"""
import hashlib
import json
import re
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

URL, SECRET, UID, NUMBER = sys.argv[1:5]
SENDER = 4_000_000_000 + int(time.time()) % 1_000_000_000


def query(secret=SECRET):
    stamp, nonce = str(int(time.time() * 1000)), "57155157"
    signature = hashlib.sha1("".join(sorted([secret, stamp, nonce])).encode()).hexdigest()
    return {"signature": signature, "timestamp": stamp, "nonce": nonce}


def call(parameters, body=None):
    request = urllib.request.Request(URL + "?" + urllib.parse.urlencode(parameters), data=body)
    if body is not None:
        request.add_header("Content-Type", "application/json")
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=5) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def message(kind, text, data=None):
    """The platform's JSON; ids are numbers, the date has its own form."""
    now = time.gmtime(time.time() + 8 * 3600)
    days, months = "Mon Tue Wed Thu Fri Sat Sun".split(), "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
    created = "%s %s %02d %02d:%02d:%02d +0800 %d" % (
        days[now.tm_wday], months[now.tm_mon - 1], now.tm_mday, now.tm_hour, now.tm_min, now.tm_sec, now.tm_year)
    return json.dumps({"type": kind, "receiver_id": int(UID), "sender_id": SENDER, "created_at": created,
                       "text": text, "data": data or {}}, ensure_ascii=False).encode()


def push(body):
    status, answer = call(query(), body)
    assert status == 200, (status, answer)
    return answer


def said(answer):
    """The text of a passive answer, every field checked."""
    document = json.loads(answer)
    assert document["result"] is True and document["type"] == "text", document
    assert document["sender_id"] == UID and document["receiver_id"] == str(SENDER), document
    assert "+" not in document["data"], "a plus is not a space"
    text = json.loads(urllib.parse.unquote(document["data"]))["text"]
    assert 0 < len(text) < 300, len(text)
    return text


def main():
    check = query()
    check["echostr"] = "dnPdpTZz85"
    assert call(check) == (200, "dnPdpTZz85")
    assert call({**query("wrong"), "echostr": "x"}) == (403, "")
    assert call(query("wrong"), message("text", "评议")) == (403, "")
    assert push(message("hologram", "?")) == ""

    asked = said(push(message("event", "", {"subtype": "scan_follow", "key": "QR_SCENE_" + NUMBER, "ticket": "T"})))
    questions = int(re.search(r"共(\d)题", asked).group(1))
    for line in ("5 非常满意", "1 非常不满意", "0 未接触/不了解"):
        assert line in asked.split("\n"), asked
    summary = said(push(message("text", "5" * questions)))
    choice = re.search(r"(?m)^(\d+) 确认$", summary).group(1)
    confirm = message("text", choice)
    first = push(confirm)
    assert push(confirm) == first, "a repeat gets the first answer again"
    print(re.search(r"(?m)^回执：([0-9A-Z-]{19})$", said(first)).group(1))


main()
