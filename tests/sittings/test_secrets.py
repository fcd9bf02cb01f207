"""A credential that was typed by mistake: never sent, and never on disk."""

from tests.sittings.sitting import Sitting

SECRET = "AKIA" + "Q7ZL4XWV2N5RTKJD"


def test_a_credential_in_a_draft_is_not_on_disk(sitting: Sitting):
    sitting.has_a_cloud_model()
    sitting.opens()
    sitting.types(f"deploy with {SECRET} please")
    sitting.until(lambda: sitting.disk.drafts(), "the draft on disk")
    assert not sitting.disk.holds(SECRET)
    sitting.presses("enter")
    sitting.sees("Send anyway")
    assert not sitting.provider.requests
    assert not sitting.disk.holds(SECRET)
    sitting.quits()
    assert not sitting.disk.holds(SECRET)
