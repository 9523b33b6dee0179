#!/bin/sh
# The feed dialect: a user is at work, and reads what others did. TOKEN=… sh examples/rest/feed.sh
. "$(dirname "$0")/common.sh"
call PUT /api/v1/me/presence '{"status": "online", "in_studio": true, "daw_type": "ableton"}'
call GET '/api/v1/activity/timeline?limit=20&offset=0'
