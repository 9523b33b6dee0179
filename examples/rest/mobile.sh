#!/bin/sh
# The mobile dialect: an app comes to the front, lists the roster and types. TOKEN=… sh examples/rest/mobile.sh USER CONVERSATION
. "$(dirname "$0")/common.sh"
call POST /api/presence/status '{"status": "online"}'
call GET /api/presence/users
call GET "/api/presence/users/$1"
call POST "/api/conversations/$2/typing" '{"is_typing": true}'
