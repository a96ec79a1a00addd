// Arguments: port, messages, connections, bytes of the HTML part.
const nodemailer = require("nodemailer");
const [port, messages, connections, size] = process.argv.slice(2).map(Number);
const line = "harbour tide quay lantern ferry gull mooring chart swell anchor rope salt\n";
const html = line.repeat(Math.ceil(size / line.length));
const pool = nodemailer.createTransport({ pool: true, host: "127.0.0.1", port, ignoreTLS: true, maxConnections: connections, maxMessages: Infinity });

let next = 0;
async function work() {
  while (next < messages) {
    const number = next++;
    await pool.sendMail({ from: "news@example.org", to: `person${number}@example.net`, subject: "A long one", html: `<p>Dear Person ${number},</p>${html}` });
  }
}
Promise.all(Array.from({ length: connections }, work)).then(() => pool.close());
