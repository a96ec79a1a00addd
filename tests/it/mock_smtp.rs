//! An SMTP server that does what a test says: it answers any command with anything, at any pace, drops connections
//! wherever one likes, and keeps a record of its own of every message that it got with its final dot.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Chance that is the same each time (Marsaglia's xorshift64).
#[derive(Clone, Debug)]
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}

/// Where in the dialogue a rule applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    Connect,
    Hello,
    StartTls,
    Auth,
    Mail,
    Rcpt,
    Data,
    /// In the middle of the message: its first line has come.
    Body,
    /// The final dot has come; the message is in the record.
    Dot,
    Reset,
}

/// What happens there instead of the usual answer.
#[derive(Clone, Debug)]
pub enum Act {
    /// These bytes, as they are.
    Say(Vec<u8>),
    SayAndClose(Vec<u8>),
    Close,
    /// Nothing, until the client goes.
    Hang,
    /// The usual answer, later.
    Wait(Duration),
    /// These bytes, one by one.
    Drip(Vec<u8>, Duration),
    /// Reads no more, and stays.
    Stall,
    /// The first bytes; after a while the second, and closes.
    SayAndLater(Vec<u8>, Duration, Vec<u8>),
}

/// Bytes of a reply; CRLF is added.
pub fn say(line: &str) -> Act {
    Act::Say(format!("{line}\r\n").into_bytes())
}

#[derive(Clone, Debug)]
struct Rule {
    at: At,
    to: String,
    skip: usize,
    times: usize,
    act: Act,
}

/// A message whose final dot came.
#[derive(Clone)]
pub struct Seen {
    pub from: String,
    pub to: String,
    /// As the client meant it: dots unstuffed, CRLF line ends.
    pub body: Vec<u8>,
    /// What we answered; None if nothing, or no reply.
    pub verdict: Option<u16>,
    pub is_secure: bool,
    pub user: Option<String>,
    /// How many connections there were then.
    pub open: usize,
}

impl std::fmt::Debug for Seen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} -> {}: {} bytes, answered {:?}", self.from, self.to, self.body.len(), self.verdict)
    }
}

impl Seen {
    /// Whether the client was told that we have it.
    pub fn is_accepted(&self) -> bool {
        self.verdict.is_some_and(|code| code / 100 == 2)
    }
}

/// What the server saw.
#[derive(Clone, Debug, Default)]
pub struct Record {
    pub connections: usize,
    pub messages: Vec<Seen>,
    /// Final dots that came together with the next message's transaction.
    pub said_ahead: usize,
    /// All lines but those of messages; those in the clear and those in TLS.
    pub commands: Vec<String>,
    /// What no client may do, such as a bare LF, or a command before the reply to the one before.
    faults: Vec<String>,
}

impl Record {
    /// How often a message for this address came with its final dot.
    pub fn count(&self, to: &str) -> usize {
        self.messages.iter().filter(|seen| seen.to == to).count()
    }
}

struct Shared {
    rules: Mutex<Vec<Rule>>,
    record: Mutex<Record>,
    stop: AtomicBool,
    offers: Vec<String>,
    tls: Option<Arc<rustls::ServerConfig>>,
    is_implicit: bool,
    password: String,
    limit: usize,
    is_eager: bool,
    chaos: Mutex<Option<(Dice, u64)>>,
    open: AtomicUsize,
}

/// How a server will be; [`MockSmtp::start`] makes it one.
#[derive(Clone)]
pub struct Plan {
    rules: Vec<Rule>,
    offers: Vec<String>,
    tls: Option<Arc<rustls::ServerConfig>>,
    is_implicit: bool,
    limit: usize,
    is_eager: bool,
    chaos: Option<(Dice, u64)>,
}

impl Plan {
    pub fn new() -> Plan {
        Plan {
            rules: Vec::new(),
            offers: vec!["PIPELINING".into(), "8BITMIME".into()],
            tls: None,
            is_implicit: false,
            limit: usize::MAX,
            is_eager: false,
            chaos: None,
        }
    }

    /// Each time.
    pub fn always(self, at: At, to: &str, act: Act) -> Plan {
        self.rule(at, to, 0, usize::MAX, act)
    }

    /// The first time.
    pub fn once(self, at: At, to: &str, act: Act) -> Plan {
        self.rule(at, to, 0, 1, act)
    }

    /// So many times, after having passed over so many. `to` is a part of the recipient; it is known from RCPT on.
    pub fn rule(mut self, at: At, to: &str, skip: usize, times: usize, act: Act) -> Plan {
        self.rules.push(Rule { at, to: to.to_owned(), skip, times, act });
        self
    }

    /// So many connections at a time; another is told 421.
    pub fn limit(self, limit: usize) -> Plan {
        Plan { limit, ..self }
    }

    /// Says 354 to DATA even if it took no recipient (RFC 2920, section 3.1 allows it).
    pub fn eager(self) -> Plan {
        Plan { is_eager: true, ..self }
    }

    /// Where no rule applies, one of so many steps goes wrong, by chance.
    pub fn chaos(self, seed: u64, one_of: u64) -> Plan {
        Plan { chaos: Some((Dice(seed), one_of)), ..self }
    }

    /// Doesn't offer PIPELINING.
    pub fn lockstep(mut self) -> Plan {
        self.offers.retain(|offer| offer != "PIPELINING");
        self
    }

    /// Offers nothing.
    pub fn bare(mut self) -> Plan {
        self.offers.clear();
        self
    }

    /// What EHLO offers, such as `AUTH PLAIN`.
    pub fn offer(mut self, line: &str) -> Plan {
        self.offers.push(line.to_owned());
        self
    }

    /// A certificate for STARTTLS, or for TLS from the first byte.
    pub fn tls(mut self, certificate: &Certificate, is_implicit: bool) -> Plan {
        self.tls = Some(Arc::clone(&certificate.config));
        self.is_implicit = is_implicit;
        self
    }
}

/// A certificate that signs itself.
pub struct Certificate {
    pub pem: String,
    pub key_pem: String,
    config: Arc<rustls::ServerConfig>,
}

impl Certificate {
    pub fn for_name(name: &str) -> Certificate {
        Certificate::until(name, 4096)
    }

    /// One that is valid up to the start of a year.
    /// As `openssl req -x509` makes them, if it is told nothing else.
    pub fn of_an_authority(name: &str) -> Certificate {
        let mut params = rcgen::CertificateParams::new([name.to_owned()]).unwrap();
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        Certificate::of(params)
    }

    pub fn until(name: &str, year: i32) -> Certificate {
        let mut params = rcgen::CertificateParams::new([name.to_owned()]).unwrap();
        params.not_after = rcgen::date_time_ymd(year, 1, 1);
        Certificate::of(params)
    }

    fn of(params: rcgen::CertificateParams) -> Certificate {
        let key_pair = rcgen::KeyPair::generate().unwrap();
        let cert = params.self_signed(&key_pair).unwrap();
        let key = rustls::pki_types::PrivateKeyDer::try_from(key_pair.serialize_der()).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], key)
            .unwrap();
        Certificate { pem: cert.pem(), key_pem: key_pair.serialize_pem(), config: Arc::new(config) }
    }
}

/// A server that runs until it is dropped.
pub struct MockSmtp {
    pub address: SocketAddr,
    shared: Arc<Shared>,
}

/// The password that AUTH takes, for any user.
pub const PASSWORD: &str = "open sesame";

impl MockSmtp {
    pub fn start(plan: Plan) -> MockSmtp {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            rules: Mutex::new(plan.rules),
            record: Mutex::default(),
            stop: AtomicBool::new(false),
            offers: plan.offers,
            tls: plan.tls,
            is_implicit: plan.is_implicit,
            password: PASSWORD.into(),
            limit: plan.limit,
            is_eager: plan.is_eager,
            chaos: Mutex::new(plan.chaos),
            open: AtomicUsize::new(0),
        });
        let own = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if own.stop.load(Ordering::Relaxed) {
                    return;
                }
                let shared = Arc::clone(&own);
                std::thread::spawn(move || serve(&shared, stream.unwrap()));
            }
        });
        MockSmtp { address, shared }
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    #[track_caller]
    pub fn record(&self) -> Record {
        let record = self.shared.record.lock().unwrap().clone();
        assert_eq!(record.faults, Vec::<String>::new());
        record
    }
}

impl Drop for MockSmtp {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::Relaxed);
        let _ = TcpStream::connect(self.address);
    }
}

enum Layer {
    Plain(TcpStream),
    Tls(Box<rustls::StreamOwned<rustls::ServerConnection, TcpStream>>),
}

struct Session<'a> {
    shared: &'a Shared,
    layer: Option<Layer>,
    buffer: Vec<u8>,
    from: String,
    to: String,
    /// MAIL was taken.
    has_sender: bool,
    /// RCPT was taken.
    is_taken: bool,
    user: Option<String>,
}

/// The client went, or a rule ends the session.
struct Over;

impl From<io::Error> for Over {
    fn from(_: io::Error) -> Over {
        Over
    }
}

fn serve(shared: &Shared, tcp: TcpStream) {
    tcp.set_nodelay(true).unwrap();
    tcp.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    shared.record.lock().unwrap().connections += 1;
    let mut session = Session {
        shared,
        layer: Some(Layer::Plain(tcp)),
        buffer: Vec::new(),
        from: String::new(),
        to: String::new(),
        has_sender: false,
        is_taken: false,
        user: None,
    };
    if shared.open.fetch_add(1, Ordering::SeqCst) < shared.limit {
        let _ = session.run();
    } else {
        let _ = session.reply_plainly("421 4.7.0 too many connections");
    }
    shared.open.fetch_sub(1, Ordering::SeqCst);
}

impl Session<'_> {
    fn run(&mut self) -> Result<(), Over> {
        if self.shared.is_implicit {
            self.secure()?;
        }
        self.reply(At::Connect, "220 mock ready")?;
        loop {
            let line = self.line()?;
            self.shared.record.lock().unwrap().commands.push(line.clone());
            let upper = line.to_ascii_uppercase();
            // RFC 2920, section 3.1: what may be followed by more before its reply, and only where that was offered.
            let may_go_on = self.may_pipeline() && ["MAIL", "RCPT", "RSET"].iter().any(|verb| upper.starts_with(verb));
            if !self.buffer.is_empty() && !may_go_on {
                self.fault(format!("more was said before the reply to {line}"));
            }
            if upper.starts_with("EHLO") {
                let offers = self.offers();
                self.reply(At::Hello, &offers)?;
            } else if upper.starts_with("HELO") {
                self.reply_plainly("250 mock")?;
            } else if upper == "STARTTLS" {
                self.reply(At::StartTls, "220 go ahead")?;
                self.secure()?;
            } else if upper.starts_with("AUTH") {
                self.auth(&line)?;
            } else if upper.starts_with("MAIL FROM:") {
                self.from = path(&line);
                self.to.clear();
                self.is_taken = false;
                self.has_sender = is_good(self.reply(At::Mail, "250 2.1.0 ok")?);
            } else if upper.starts_with("RCPT TO:") && !self.has_sender {
                self.reply_plainly("503 5.5.1 MAIL first")?;
            } else if upper.starts_with("RCPT TO:") {
                if self.is_taken {
                    self.fault(format!("a second recipient: {line}"));
                }
                self.to = path(&line);
                self.is_taken = is_good(self.reply(At::Rcpt, "250 2.1.5 ok")?);
            } else if upper == "DATA" && !self.is_taken && !self.shared.is_eager {
                self.reply_plainly("554 5.5.1 no valid recipients")?;
            } else if upper == "DATA" {
                if self.reply(At::Data, "354 go on")? == Some(354) {
                    self.message()?;
                }
            } else if upper == "RSET" {
                self.reply(At::Reset, "250 ok")?;
            } else if upper == "QUIT" {
                self.reply_plainly("221 bye")?;
                return Err(Over);
            } else {
                self.reply_plainly("500 what?")?;
            }
        }
    }

    fn may_pipeline(&self) -> bool {
        self.shared.offers.iter().any(|offer| offer == "PIPELINING")
    }

    fn fault(&self, fault: String) {
        self.shared.record.lock().unwrap().faults.push(fault);
    }

    fn offers(&self) -> String {
        let is_secure = matches!(self.layer, Some(Layer::Tls(_)));
        let mut lines = vec!["250-mock".to_owned()];
        if self.shared.tls.is_some() && !is_secure {
            lines.push("250-STARTTLS".into());
        }
        lines.extend(self.shared.offers.iter().map(|offer| format!("250-{offer}")));
        lines.push("250 HELP".into());
        lines.join("\r\n")
    }

    fn auth(&mut self, line: &str) -> Result<(), Over> {
        use base64::Engine;
        let decode = |text: &str| {
            String::from_utf8(base64::engine::general_purpose::STANDARD.decode(text.trim()).unwrap_or_default()).unwrap_or_default()
        };
        let (user, password) = match line.split_once("PLAIN ") {
            Some((_, words)) => {
                let words = decode(words);
                let mut parts = words.split('\0').skip(1).map(str::to_owned);
                (parts.next().unwrap_or_default(), parts.next().unwrap_or_default())
            }
            None => {
                self.reply_plainly("334 VXNlcm5hbWU6")?;
                let user = decode(&self.line()?);
                self.reply_plainly("334 UGFzc3dvcmQ6")?;
                (user, decode(&self.line()?))
            }
        };
        if password == self.shared.password {
            self.user = Some(user);
            self.reply(At::Auth, "235 2.7.0 welcome")?;
        } else {
            self.reply_plainly("535 5.7.8 wrong")?;
        }
        Ok(())
    }

    fn message(&mut self) -> Result<(), Over> {
        let mut body = Vec::new();
        let mut is_first = true;
        loop {
            let line = self.raw_line()?;
            if line == b"." {
                if !self.buffer.is_empty() {
                    self.shared.record.lock().unwrap().said_ahead += 1;
                    if !self.may_pipeline() {
                        self.fault("more was said before the reply to the dot".into());
                    }
                }
                break;
            }
            body.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
            body.extend_from_slice(b"\r\n");
            if std::mem::take(&mut is_first)
                && let Some(act) = self.act(At::Body)
            {
                self.perform(act, "")?;
            }
        }
        if !self.is_taken {
            if !body.is_empty() {
                self.fault(format!("a message without recipient: {} bytes", body.len()));
            }
            return self.reply_plainly("554 5.5.1 no valid recipients");
        }
        let seen = Seen {
            from: self.from.clone(),
            to: self.to.clone(),
            body,
            verdict: None,
            is_secure: matches!(self.layer, Some(Layer::Tls(_))),
            user: self.user.clone(),
            open: self.shared.open.load(Ordering::SeqCst),
        };
        let at = {
            let mut record = self.shared.record.lock().unwrap();
            record.messages.push(seen);
            record.messages.len() - 1
        };
        let act = self.act(At::Dot);
        let usual = "250 2.0.0 taken";
        // The record says what the client may have been told, so it is written before the client can know it.
        let verdict = match &act {
            None | Some(Act::Wait(_)) => Some(250),
            Some(Act::Say(bytes) | Act::SayAndClose(bytes) | Act::SayAndLater(bytes, ..)) => code(bytes),
            Some(_) => None,
        };
        self.shared.record.lock().unwrap().messages[at].verdict = verdict;
        match act {
            Some(act) => self.perform(act, usual).map(drop),
            None => self.reply_plainly(usual),
        }
    }

    /// The rule's act, or the usual answer; gives the code that was said.
    fn reply(&mut self, at: At, usual: &str) -> Result<Option<u16>, Over> {
        match self.act(at) {
            Some(act) => self.perform(act, usual),
            None => {
                self.reply_plainly(usual)?;
                Ok(code(usual.as_bytes()))
            }
        }
    }

    fn reply_plainly(&mut self, usual: &str) -> Result<(), Over> {
        Ok(self.write(format!("{usual}\r\n").as_bytes())?)
    }

    fn act(&self, at: At) -> Option<Act> {
        let mut rules = self.shared.rules.lock().unwrap();
        for rule in rules.iter_mut().filter(|rule| rule.at == at && self.to.contains(&rule.to)) {
            if rule.skip > 0 {
                rule.skip -= 1;
            } else if rule.times > 0 {
                rule.times -= 1;
                return Some(rule.act.clone());
            }
        }
        drop(rules);
        self.mishap(at)
    }

    /// What goes wrong by chance.
    fn mishap(&self, at: At) -> Option<Act> {
        let mut chaos = self.shared.chaos.lock().unwrap();
        let (dice, one_of) = chaos.as_mut()?;
        let acts = match at {
            At::Mail => vec![say("421 4.3.2 bye"), say("451 4.3.0 later"), Act::Close],
            At::Rcpt => vec![say("450 4.2.0 greylisted"), say("550 5.1.1 no such user"), say("421 4.3.2 bye"), Act::Close],
            At::Data => vec![say("451 4.3.0 later"), say("250 what"), Act::Close],
            At::Body => vec![Act::Close],
            At::Dot => vec![say("451 4.3.0 later"), say("554 5.6.0 no"), say("421 4.3.2 bye"), say("fine"), Act::Close],
            At::Connect | At::Hello | At::StartTls | At::Auth | At::Reset => return None,
        };
        (dice.below(*one_of) == 0).then(|| acts[dice.below(acts.len() as u64) as usize].clone())
    }

    fn perform(&mut self, act: Act, usual: &str) -> Result<Option<u16>, Over> {
        match act {
            Act::Say(bytes) => {
                self.write(&bytes)?;
                Ok(code(&bytes))
            }
            Act::SayAndClose(bytes) => {
                self.write(&bytes)?;
                Err(Over)
            }
            Act::Close => Err(Over),
            Act::Hang => {
                while self.fill()? {}
                Err(Over)
            }
            Act::Wait(time) => {
                std::thread::sleep(time);
                self.reply_plainly(usual)?;
                Ok(code(usual.as_bytes()))
            }
            Act::Drip(bytes, pause) => {
                for byte in bytes {
                    self.write(&[byte])?;
                    std::thread::sleep(pause);
                }
                Err(Over)
            }
            Act::Stall => {
                while !self.shared.stop.load(Ordering::Relaxed) {
                    std::thread::sleep(Duration::from_millis(20));
                }
                Err(Over)
            }
            Act::SayAndLater(first, pause, second) => {
                self.write(&first)?;
                std::thread::sleep(pause);
                self.write(&second)?;
                Err(Over)
            }
        }
    }

    fn secure(&mut self) -> Result<(), Over> {
        let Some(Layer::Plain(tcp)) = self.layer.take() else { return Err(Over) };
        let config = Arc::clone(self.shared.tls.as_ref().ok_or(Over)?);
        let session = rustls::ServerConnection::new(config).map_err(|_| Over)?;
        let mut tls = rustls::StreamOwned::new(session, tcp);
        while tls.conn.is_handshaking() {
            tls.conn.complete_io(&mut tls.sock)?;
        }
        self.buffer.clear();
        self.layer = Some(Layer::Tls(Box::new(tls)));
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self.layer.as_mut() {
            Some(Layer::Plain(tcp)) => tcp.write_all(bytes),
            Some(Layer::Tls(tls)) => tls.write_all(bytes).and_then(|()| tls.flush()),
            None => Err(io::ErrorKind::NotConnected.into()),
        }
    }

    /// False when the client has gone.
    fn fill(&mut self) -> io::Result<bool> {
        let mut bytes = [0; 16 * 1024];
        let read = match self.layer.as_mut() {
            Some(Layer::Plain(tcp)) => tcp.read(&mut bytes)?,
            Some(Layer::Tls(tls)) => tls.read(&mut bytes)?,
            None => 0,
        };
        self.buffer.extend_from_slice(&bytes[..read]);
        Ok(read > 0)
    }

    /// A line without its CRLF.
    fn raw_line(&mut self) -> Result<Vec<u8>, Over> {
        loop {
            if let Some(end) = self.buffer.windows(2).position(|pair| pair == b"\r\n") {
                let line: Vec<u8> = self.buffer.drain(..end + 2).take(end).collect();
                if line.contains(&b'\r') || line.contains(&b'\n') {
                    self.fault(format!("a bare CR or LF in {line:?}"));
                }
                return Ok(line);
            }
            if !self.fill()? {
                return Err(Over);
            }
        }
    }

    fn line(&mut self) -> Result<String, Over> {
        Ok(String::from_utf8_lossy(&self.raw_line()?).into_owned())
    }
}

fn path(line: &str) -> String {
    line.split_once('<').and_then(|(_, rest)| rest.split_once('>')).map(|(path, _)| path.to_owned()).unwrap_or_default()
}

/// Whether the client may have heard that it is taken.
fn is_good(code: Option<u16>) -> bool {
    code.is_none_or(|code| code / 100 == 2)
}

fn code(bytes: &[u8]) -> Option<u16> {
    std::str::from_utf8(bytes.get(..3)?).ok()?.parse().ok()
}
