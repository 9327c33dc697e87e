"""The commands; known without the packages of any extra."""

# Command: module and attribute, what it is for, the extra that it needs.
COMMANDS = {
    "serve": ("graphsignal_mw.cli.serve", "serve", "Run the collector: ingest, store, detect, dashboard.", "server"),
    "demo": ("graphsignal_mw.cli.demo", "demo", "Watch it find an incident in real flights.", "demo"),
    "check": ("graphsignal_mw.cli.check", "check", "Check a monitoring.yaml before it goes live.", "cli"),
    "keys": ("graphsignal_mw.cli.keys", "keys", "Create, list and revoke API keys.", "server"),
    "status": ("graphsignal_mw.cli.status", "status", "Say what the collector's database holds.", "server"),
    "export": ("graphsignal_mw.cli.export", "export", "Write everything that is known of a deployment.", "server"),
    "rename": ("graphsignal_mw.cli.rename", "rename", "Give a deployment another name.", "server"),
    "delete": ("graphsignal_mw.cli.delete", "delete", "Delete a deployment.", "server"),
    "quota": ("graphsignal_mw.cli.quota", "quota", "Limit what may be uploaded in a day.", "server"),
    "audit": ("graphsignal_mw.cli.audit", "audit", "Say who did what.", "server"),
    "migrate": ("graphsignal_mw.cli.migrate", "migrate", "Bring the collector's database up to date.", "server"),
}
