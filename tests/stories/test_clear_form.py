"""A clear without typing: the form, the menu of pipelines, what it shows of the choice, and what submitting it does."""

from inline_snapshot import snapshot

from tests.workspace import Workspace


def test_a_clear_from_the_form_to_the_last_line(workspace: Workspace) -> None:
    """`/pipeline clear` alone opens a form; choosing shows what goes; submitting is the confirmation."""
    ana = workspace.operator("ana")
    workspace.feldera.adds("users", running=True)
    assert ana.opens_form() == snapshot("""\
Clear a pipeline
Pipeline: ____
Nothing happens unless you press the button below. Only you see this.
Reason: ____
(It is shown on the card.)
[Never mind] [Clear]\
""")
    assert ana.looks_for("") == snapshot(["orders", "users"])
    assert ana.picks("orders") == snapshot("""\
Clear a pipeline
Pipeline: orders
Nothing happens unless you press the button below. Only you see this.
*Deployment*
⏹️ Stopped since Mar 2, 2026 at 3:00:00 AM
*Storage*
💾 in use, 3 checkpoints, 7.0 MiB
*A clear would destroy*
the storage, with 3 checkpoints (7.0 MiB)
⚠️ Clearing dissociates the pipeline's storage, which can delete it: its checkpoints and state are gone for good, and the next start begins from nothing. It *cannot be cancelled*.
Its card goes to #ops.
Reason: ____
(It is shown on the card.)
[Never mind] [Clear]\
""")
    assert workspace.cards() == []
    assert ana.submits(Reason="schema change") == snapshot("""\
Answer
⏳ Confirmed. Follow `orders` in its thread.
[Close]\
""")
    workspace.passes(seconds=10)
    assert workspace.card() == snapshot("""\
Clear orders
*State*
✅ Cleared.
*Requested by*
@ana
*Destroys*
the storage, with 3 checkpoints (7.0 MiB)
Reason: schema change
✓ Confirmed by @ana · Mar 2, 2026 at 3:00:00 AM
✓ Request sent · Mar 2, 2026 at 3:00:00 AM
✓ Storage cleared · Mar 2, 2026 at 3:00:02 AM
✅ Cleared `orders` after 2 seconds.
Id `ID1`\
""")
    assert workspace.thread() == snapshot(
        [
            "📤 Sent the request to Feldera, Mar 2, 2026 at 3:00:00 AM.",
            "⏳ Feldera accepted it, Mar 2, 2026 at 3:00:00 AM: the storage is being cleared. From here it cannot be cancelled.",
            "✅ Cleared `orders` after 2 seconds. @ana",
        ]
    )
    assert ana.screen == snapshot("""\
Answer
⏳ Confirmed. Follow `orders` in its thread.
[Close]\
""")
    assert workspace.feldera.clears["orders"] == 1
    assert workspace.record() == snapshot(
        [
            "03:00 proposed by ana [op]: pipeline=orders reason=schema change reviewed=…",
            "03:00 confirmed by ana [op]: grant=1",
            "03:00 sent [op]: grant=1",
            "03:00 accepted [op]",
            "03:00 ended [op]: ending=cleared",
        ]
    )
