"""Forms of a group: its name and leader, and whom it is about to take in."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from wtforms import SelectField
from wtforms.fields import SelectChoice

from clinic.domain.bulk_acts import LONGEST_GROUP
from clinic.models import ClientGroup
from clinic.services.groups.messages import LONGEST
from clinic.web.forms.base import Form, OnceForm
from clinic.web.forms.fields import LineField, LongTextField, VersionField


class GroupForm(Form):
    """A group's name and who leads it."""

    name = LineField("Name", longest=LONGEST_GROUP, required="Enter the group’s name.")
    leader = SelectField("Leader", coerce=str, invalid_choice_message="Choose somebody of the practice.")

    def offer(self, staff: Mapping[uuid.UUID, str]) -> None:
        """Who may lead it: everybody of the practice whose account is open."""
        self.leader.choices = [SelectChoice(str(user_id), name) for user_id, name in staff.items()]

    def leader_id(self) -> uuid.UUID:
        """Who was chosen."""
        return uuid.UUID(self.leader.data)


class NewGroupForm(GroupForm, OnceForm):
    """A new group."""


class EditGroupForm(GroupForm):
    """A group over the version that was seen."""

    version = VersionField()

    def show(self, group: ClientGroup) -> None:
        """Fill the form with what is stored."""
        self.process(None, obj=group, data={"leader": str(group.leader_id) if group.leader_id else ""})


class MessageForm(OnceForm):
    """What is written to all of a group."""

    text = LongTextField("Message", longest=LONGEST, required="Write the message.")


class MemberForm(Form):
    """The client that a button beside a name is about."""

    client = LineField("Client", longest=36)

    def client_id(self) -> uuid.UUID | None:
        """Whose button it was; None for what is no id."""
        try:
            return uuid.UUID(self.client.data or "")
        except ValueError:
            return None
