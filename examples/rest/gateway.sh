#!/bin/sh
# The gateway dialect: a user of a chat plays, looks others up, and types. TOKEN=… sh examples/rest/gateway.sh USER CHANNEL
. "$(dirname "$0")/common.sh"
call POST /presence/status '{"status": "online", "custom_status": "one more", "activity": {"type": "playing", "name": "chess"}}'
call GET "/presence/$1"
call POST /presence/bulk "{\"user_ids\": [\"$1\"]}"
call POST /presence/typing "{\"channel_id\": \"$2\"}"
