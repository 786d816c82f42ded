"""The filing: workflow, revisions, timetable, receipt."""
