"""What people write is only ever text: whatever is in a name, a reason or a message, nothing of it runs or is loaded."""

import pytest
from playwright.async_api import expect

pytestmark = pytest.mark.anyio

HOSTILE = (
    "<img src=x onerror=document.title='taken'>",
    "<script>document.title='taken'</script>",
    '"><svg/onload=document.title=1>',
    "<a href=javascript:document.title='taken'>click</a>",
    "&lt;b&gt; &amp;amp; {{7*7}} ${7*7}",
    "\u202egnp.exe \u0000\u200b end",
)


async def test_a_message_is_text(desk):
    """As it was typed, on everybody's page; Slack's marks are drawn and no others: no headings, no [links](x)."""
    ana, rae = await desk.seat("ana"), await desk.seat("rae")
    for number, text in enumerate(HOSTILE, start=1):
        await ana.types(f"look: {text}")
        for seat in (ana, rae):
            await expect(seat.messages).to_have_count(number)
            article = seat.messages.last
            await expect(article).to_contain_text("look: ")
            await expect(article).to_contain_text(text.split("=")[0].split("\u0000")[0])
            parts = article.locator(".blocks").locator("img, script, svg, a[href^=javascript]")
            assert await parts.count() == 0
            assert "sandbox" in await seat.page.title()
    await ana.types("*bold* _italic_ ~gone~ `code` # no heading [no](link) **neither**")
    article = ana.messages.last
    for tag, text in (("strong", "bold"), ("em", "italic"), ("s", "gone"), ("code", "code")):
        await expect(article.locator(f".blocks {tag}")).to_have_text(text)
    await expect(article).to_contain_text("# no heading [no](link) **neither**")


async def test_a_reason_is_text_wherever_the_bot_repeats_it(desk):
    """On the preview, the card, the thread's notification and on Home; a crowd is named and never rung."""
    ana = await desk.seat("ana")
    await ana.clears("orders", "<img src=x onerror=alert(1)> <!channel> *not bold* `code`")
    await ana.reads("✅ Cleared after")
    await ana.reads("<img src=x onerror=alert(1)>")
    assert await ana.page.locator("article img, article script").count() == 0
    assert desk.world.slack.suspicious == []


async def test_no_script_can_make_html_of_a_text(desk):
    """Trusted Types: the browser itself refuses, whatever a later change of the page tries."""
    ana = await desk.seat("ana")
    desk.expected.append("TrustedHTML")
    for attempt in (
        "document.body.innerHTML = '<b>x</b>'",
        "document.body.insertAdjacentHTML('beforeend', '<b>x</b>')",
        "document.write('<b>x</b>')",
        "new DOMParser().parseFromString('<b>x</b>', 'text/html')",
    ):
        refused = await ana.page.evaluate(f"() => {{ try {{ {attempt} }} catch (e) {{ return String(e) }} }}")
        assert "TrustedHTML" in (refused or ""), attempt


async def test_another_site_can_neither_drive_nor_read_nor_frame_it(desk, browser):
    """A page of another origin in the same browser: its requests change nothing, and it learns nothing."""
    context = await browser.new_context()
    page = await context.new_page()
    # Another origin on this machine: the simulated Slack's port, which answers 404 to a browser.
    await page.goto(desk.world.slack.origin)
    body = '{"as": "ana", "do": "types", "place": "ops", "text": "taken over"}'
    tried = await page.evaluate(
        """async ([url, body]) => {
          const tries = {
            post: () => fetch(url + "do", {method: "POST", body, mode: "no-cors"}).then((r) => r.type),
            json: () => fetch(url + "do", {method: "POST", body, headers: {"Content-Type": "application/json"}}),
            read: () => fetch(url).then((r) => r.text()),
            live: () => new Promise((resolve, reject) => {
              const socket = new WebSocket(url.replace("http", "ws") + "live?as=ana&tz=UTC");
              socket.onmessage = resolve;
              socket.onerror = () => reject(new Error("refused"));
            }),
          };
          const told = {};
          for (const [name, attempt] of Object.entries(tries)) {
            told[name] = await attempt().then((said) => `${said}`, (error) => `refused: ${error.name}`);
          }
          return told;
        }""",
        [desk.url, body],
    )
    assert tried == {
        "post": "refused: TypeError",
        "json": "refused: TypeError",
        "read": "refused: TypeError",
        "live": "refused: Error",
    }
    await page.set_content(f'<iframe src="{desk.url}"></iframe>')
    frame = page.frames[-1]
    assert await frame.locator("#message").count() == 0
    await context.close()
    assert all(person.sees() == [] for person in desk.world.people.values())
