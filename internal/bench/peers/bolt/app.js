// The peer: what Epilogue does for a click, written as a good Bolt programmer would write it. One transaction reads the incident, changes a task,
// writes an event and an outbox row; it is on disk before the ack (WAL with synchronous=FULL). After the ack the card is edited, once per click.
//
//   node app.js STORE CARDS
//
// CARDS is a JSON file: the incidents' channels and the ts of their cards, and how many tasks each incident has.
import { readFileSync } from "node:fs";
import bolt from "@slack/bolt";
import Database from "better-sqlite3";

const { App, SocketModeReceiver, LogLevel } = bolt;
const [store, cardsFile] = process.argv.slice(2);

const db = new Database(store);
db.pragma("journal_mode = WAL");
db.pragma("synchronous = FULL");
db.exec(`
  CREATE TABLE IF NOT EXISTS incidents (id INTEGER PRIMARY KEY, rev INTEGER NOT NULL, channel TEXT NOT NULL, card_ts TEXT NOT NULL, state TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS events (incident INTEGER NOT NULL, seq INTEGER NOT NULL, at TEXT NOT NULL, by_user TEXT NOT NULL, fact TEXT NOT NULL,
    PRIMARY KEY (incident, seq)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS outbox (id INTEGER PRIMARY KEY, incident INTEGER NOT NULL, tell TEXT NOT NULL);
`);

const sql = {
  read: db.prepare("SELECT rev, channel, card_ts, state FROM incidents WHERE id = ?"),
  change: db.prepare("UPDATE incidents SET rev = ?, state = ? WHERE id = ? AND rev = ?"),
  event: db.prepare("INSERT INTO events (incident, seq, at, by_user, fact) VALUES (?, ?, ?, ?, ?)"),
  tell: db.prepare("INSERT INTO outbox (incident, tell) VALUES (?, ?)"),
  told: db.prepare("DELETE FROM outbox WHERE id = ?"),
  insert: db.prepare("INSERT OR IGNORE INTO incidents (id, rev, channel, card_ts, state) VALUES (?, 1, ?, ?, ?)"),
};

db.transaction(() => {
  const { tasks, incidents } = JSON.parse(readFileSync(cardsFile, "utf8"));
  incidents.forEach(({ channel, ts }, i) => {
    const state = { name: `Checkout errors in region ${i + 1}`, tasks: [] };
    for (let n = 1; n <= tasks; n++) state.tasks.push({ n, title: `Thing number ${n} that has to be looked at`, done: false });
    sql.insert.run(i + 1, channel, ts, JSON.stringify(state));
  });
})();

// settle marks a task done or opens it again. It returns the incident as it is then, and the outbox row to tick off.
const settle = db.transaction((id, number, done, user) => {
  const row = sql.read.get(id);
  const state = JSON.parse(row.state);
  const task = state.tasks.find((t) => t.n === number);
  if (task.done === done) return undefined; // somebody was faster
  task.done = done;
  task.by = user;
  sql.change.run(row.rev + 1, JSON.stringify(state), id, row.rev);
  sql.event.run(id, row.rev + 1, new Date().toISOString(), user, JSON.stringify({ fact: done ? "task-completed" : "task-reopened", task: number }));
  const { lastInsertRowid } = sql.tell.run(id, "refresh-card");
  return { id, state, channel: row.channel, ts: row.card_ts, job: lastInsertRowid };
});

const mostShown = 20;

function card({ id, state }) {
  const blocks = [{ type: "section", text: { type: "mrkdwn", text: `*INC-${id}* · ${state.name}` } }];
  for (const t of state.tasks.slice(0, mostShown)) {
    const value = `INC-${id}/${t.n}`;
    if (t.done) {
      blocks.push({
        type: "section",
        text: { type: "mrkdwn", text: `${t.n}  :white_check_mark: ${t.title}: done, <@${t.by}>` },
        accessory: { type: "overflow", action_id: "more", options: [{ text: { type: "plain_text", text: "Reopen" }, value: `task.reopen ${value}` }] },
      });
    } else {
      blocks.push(
        { type: "section", text: { type: "mrkdwn", text: `${t.n}  :white_large_square: *${t.title}*` } },
        { type: "actions", elements: [{ type: "button", action_id: "task.done", text: { type: "plain_text", text: "Mark done" }, value }] },
      );
    }
  }
  return blocks;
}

const app = new App({
  token: process.env.SLACK_BOT_TOKEN,
  receiver: new SocketModeReceiver({
    appToken: process.env.SLACK_APP_TOKEN,
    logLevel: LogLevel.ERROR,
    installerOptions: { clientOptions: { slackApiUrl: process.env.SLACK_API_URL } },
  }),
  clientOptions: { slackApiUrl: process.env.SLACK_API_URL },
  logLevel: LogLevel.ERROR,
});

async function handle({ ack, body, client }, value, done) {
  const [, id, number] = /^INC-(\d+)\/(\d+)/.exec(value);
  const changed = settle(Number(id), Number(number), done, body.user.id);
  await ack();
  if (!changed) return;
  await client.chat.update({ channel: changed.channel, ts: changed.ts, text: changed.state.name, blocks: card(changed) });
  sql.told.run(changed.job);
}

app.action("task.done", (args) => handle(args, args.action.value, true));
app.action("more", (args) => {
  const [verb, value] = args.action.selected_option.value.split(" ");
  return verb === "task.reopen" ? handle(args, value, false) : args.ack();
});

process.on("SIGTERM", async () => {
  await app.stop();
  db.close();
  process.exit(0);
});

await app.start();
