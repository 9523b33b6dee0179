#!/bin/sh
# The daw dialect: a plug-in says that its user works, and reads who else does. TOKEN=… sh examples/rest/daw.sh USER…
. "$(dirname "$0")/common.sh"
call PUT /api/v1/presence/status '{"status": "in_studio", "daw": "Ableton Live", "message": "mixing"}'
call GET "/api/v1/presence/users?ids=$(echo "$*" | tr ' ' ,)"
call PUT /api/v1/presence/settings '{"show_activity_status": true, "show_last_active": true}'
