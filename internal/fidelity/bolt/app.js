// An app on Bolt for JavaScript under the control of a test: it decides nothing. Lines of JSON come in and go out.
//
//   in   {"call": 1, "method": "chat.postMessage", "args": {…}}     call a method with Bolt's client
//   out  {"call": 1, "answer": {…}} or {"call": 1, "error": {…}}
//   out  {"heard": 1, "kind": "command", "body": {…}}               a listener was called
//   in   {"heard": 1, "do": [{"ack": …}, {"respond": …}]}           what it does, in this order; "ack": null is an empty one
//   out  {"did": 1, "error": "…"}                                   it has; without an error, all went well
import { createInterface } from "node:readline";
import bolt from "@slack/bolt";

const { App, SocketModeReceiver, LogLevel } = bolt;
const api = { slackApiUrl: process.env.SLACK_API_URL };

// One retry: it is what honors Retry-After. What Slack refuses is not tried again.
const app = new App({
  token: process.env.SLACK_BOT_TOKEN,
  receiver: new SocketModeReceiver({ appToken: process.env.SLACK_APP_TOKEN, logLevel: LogLevel.ERROR, installerOptions: { clientOptions: api } }),
  clientOptions: { ...api, retryConfig: { retries: 1 } },
  ignoreSelf: false,
  logLevel: LogLevel.ERROR,
});

const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

const told = new Map(); // what listeners wait for, by number
let heard = 0;

async function hear(kind, { body, ack, respond }) {
  const number = ++heard;
  const order = new Promise((resolve) => told.set(number, resolve));
  say({ heard: number, kind, body });
  let error;
  try {
    for (const step of await order) {
      if ("ack" in step) await ack(...(step.ack === null ? [] : [step.ack]));
      if ("respond" in step) await respond(step.respond);
    }
  } catch (e) {
    error = String(e);
  }
  say({ did: number, error });
}

app.command(/.*/, (args) => hear("command", args));
app.action(/.*/, (args) => hear("action", args));
app.options(/.*/, (args) => hear("options", args));
app.shortcut(/.*/, (args) => hear("shortcut", args));
app.view({ callback_id: /.*/, type: "view_submission" }, (args) => hear("submission", args));
app.view({ callback_id: /.*/, type: "view_closed" }, (args) => hear("closed", args));
app.event(/.*/, async ({ body }) => say({ heard: 0, kind: "event", body }));
app.error(async (error) => say({ trouble: String(error) }));

async function call({ call: number, method, args }) {
  try {
    const answer = method === "filesUploadV2" ? await app.client.filesUploadV2(args) : await app.client.apiCall(method, args);
    say({ call: number, answer });
  } catch (e) {
    say({ call: number, error: e.data ?? { ok: false, error: String(e) } });
  }
}

createInterface({ input: process.stdin }).on("line", (line) => {
  const order = JSON.parse(line);
  if (order.call) return void call(order);
  told.get(order.heard)(order.do);
  told.delete(order.heard);
}).on("close", async () => {
  await app.stop();
  process.exit(0);
});

await app.start();
say({ ready: true });
