//! A TCP stream, in the clear or in TLS, whose every wait has an end.

use super::dialogue::Failure;
use super::outcome::Ending;
use chrono::DateTime;
use rustls::pki_types::{ServerName, UnixTime};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Reads and writes fail when the deadline has passed. A timeout of the socket alone is for one read: a server that drips
/// a byte a second would hold us for ever. The socket's timeouts are shorter than what is left, so that most waits need not set
/// them anew: one that elapses early is waited for again.
#[derive(Debug)]
struct Timed {
    tcp: TcpStream,
    deadline: Instant,
    /// As the socket has them; nothing before they are set.
    read_timeout: Option<Duration>,
    write_timeout: Option<Duration>,
}

/// Below this the socket gets what is left.
const FINEST: Duration = Duration::from_millis(20);

/// What a socket's timeout should become, where the one that it has would wait for too long.
fn shorter(present: Option<Duration>, remaining: Duration) -> Option<Duration> {
    if present.is_some_and(|present| present <= remaining) {
        return None;
    }
    Some(if remaining > FINEST { remaining / 2 } else { remaining })
}

impl Timed {
    fn new(tcp: TcpStream, deadline: Instant) -> Timed {
        Timed { tcp, deadline, read_timeout: None, write_timeout: None }
    }

    fn remaining(&self) -> io::Result<Duration> {
        let remaining = self.deadline.saturating_duration_since(Instant::now());
        if remaining.is_zero() { Err(ErrorKind::TimedOut.into()) } else { Ok(remaining) }
    }
}

/// An elapsed socket timeout is called `WouldBlock` on Unix.
fn has_elapsed(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}

impl Read for Timed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if let Some(timeout) = shorter(self.read_timeout, self.remaining()?) {
                self.tcp.set_read_timeout(Some(timeout))?;
                self.read_timeout = Some(timeout);
            }
            match self.tcp.read(buffer) {
                Err(error) if has_elapsed(&error) => {}
                other => return other,
            }
        }
    }
}

impl Write for Timed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        loop {
            if let Some(timeout) = shorter(self.write_timeout, self.remaining()?) {
                self.tcp.set_write_timeout(Some(timeout))?;
                self.write_timeout = Some(timeout);
            }
            match self.tcp.write(bytes) {
                Err(error) if has_elapsed(&error) => {}
                other => return other,
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.tcp.flush()
    }
}

#[derive(Debug)]
enum Layer {
    Plain(Timed),
    Tls(Box<StreamOwned<ClientConnection, Timed>>),
    /// Between the two, and after a handshake that failed.
    None,
}

#[derive(Debug)]
pub(super) struct Stream {
    layer: Layer,
    peer: String,
}

/// Whether a handshake met a greeting instead of TLS.
fn is_in_the_clear(error: &std::io::Error) -> bool {
    let tls = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    matches!(tls, Some(rustls::Error::InvalidMessage(rustls::InvalidMessage::InvalidContentType)))
}

/// What is wrong with a certificate, in words for whoever has to mend it.
fn certificate_fault(error: &io::Error) -> Option<String> {
    use rustls::CertificateError as Fault;
    let rustls::Error::InvalidCertificate(fault) = error.get_ref()?.downcast_ref::<rustls::Error>()? else { return None };
    let day = |moment: &UnixTime| {
        let moment = i64::try_from(moment.as_secs()).ok().and_then(|seconds| DateTime::from_timestamp(seconds, 0));
        moment.unwrap_or_default().format("%Y-%m-%d").to_string()
    };
    Some(match fault {
        Fault::ExpiredContext { not_after, .. } => {
            format!("the certificate has expired, on {}: whoever runs the server has to renew it", day(not_after))
        }
        Fault::NotValidYetContext { not_before, .. } => {
            format!("the certificate is valid from {} on: see whether this machine's clock is right", day(not_before))
        }
        Fault::NotValidForNameContext { expected, presented } => {
            let names: Vec<&str> = presented.iter().map(|name| name.split('"').nth(1).unwrap_or(name)).collect();
            let names = if names.is_empty() { "no name".to_owned() } else { names.join(", ") };
            format!("the certificate is for {names}, not for {}: `host` has to be a name of the server", expected.to_str())
        }
        Fault::Other(other) if other.to_string().contains("CaUsedAsEndEntity") => {
            "the certificate is an authority's (CA:TRUE), which can't be a server's: make it anew with -addext basicConstraints=CA:FALSE, \
             and name it in SSL_CERT_FILE"
                .into()
        }
        // A bad signature is that of another authority of the same name, such as an earlier certificate that signs itself.
        Fault::UnknownIssuer | Fault::BadSignature => {
            "the certificate is by nobody whom this system trusts: where it signs itself, or its authority is your \
                                 own, name a file with that one in SSL_CERT_FILE"
                .into()
        }
        _ => return None,
    })
}

fn lost(what: &str, error: &io::Error) -> Failure {
    match error.kind() {
        ErrorKind::TimedOut => Failure::Silent(format!("{what} took too long")),
        ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset | ErrorKind::BrokenPipe | ErrorKind::ConnectionAborted => {
            Failure::Lost("the server closed the connection".into())
        }
        _ => Failure::Lost(format!("{what} failed: {error}")),
    }
}

/// An IPv6 address may stand in brackets, as in a URL.
fn bare(host: &str) -> &str {
    host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host)
}

/// The name for which a certificate is checked.
fn server_name(host: &str) -> Result<ServerName<'static>, Failure> {
    ServerName::try_from(bare(host).to_owned()).map_err(|_| Failure::Tls(format!("{host} is no name that a certificate can have")))
}

/// The addresses of a host. `loopback_only` refuses every other, before anything is said to it.
pub(super) fn resolve(host: &str, port: u16, loopback_only: bool) -> Result<Vec<SocketAddr>, Ending> {
    let found: Vec<SocketAddr> = match (bare(host), port).to_socket_addrs() {
        Ok(found) => found.collect(),
        Err(error) => return Err(Ending::Later(format!("can't find {host}: {error}"))),
    };
    if loopback_only && let Some(other) = found.iter().find(|address| !address.ip().is_loopback()) {
        return Err(Ending::Stop(format!(
            "tls = \"none\" would send the list to {} in the clear: set tls = \"starttls\" or \"implicit\" (or allow_plaintext = true)",
            other.ip()
        )));
    }
    if found.is_empty() { Err(Ending::Later(format!("{host} has no address"))) } else { Ok(found) }
}

/// Of the time that is left, for one of so many addresses; never nothing, which a socket refuses.
fn share(remaining: Duration, addresses: usize) -> Duration {
    let addresses = u32::try_from(addresses.max(1)).unwrap_or(u32::MAX);
    (remaining / addresses).max(Duration::from_millis(1))
}

impl Stream {
    /// Connects to the first address that answers; each has its share of the time that is left, so that a dead one does not
    /// take it all. TCP_NODELAY: a message's last bytes are a write of their own, which
    /// Nagle's algorithm would hold back until the server's delayed acknowledgement, 40 ms later.
    pub fn connect(addresses: &[SocketAddr], peer: &str, timeout: Duration) -> Result<Stream, Failure> {
        let deadline = Instant::now() + timeout;
        let mut last = Failure::Lost(format!("{peer} has no address"));
        for (at, address) in addresses.iter().enumerate() {
            let remaining = deadline.saturating_duration_since(Instant::now());
            if remaining.is_zero() {
                return Err(Failure::Silent(format!("connecting to {peer} took too long")));
            }
            match TcpStream::connect_timeout(address, share(remaining, addresses.len() - at))
                .and_then(|tcp| tcp.set_nodelay(true).map(|()| tcp))
            {
                Ok(tcp) => return Ok(Stream { layer: Layer::Plain(Timed::new(tcp, deadline)), peer: peer.to_owned() }),
                Err(error) => {
                    let at = if address.to_string() == peer { String::new() } else { format!(" ({address})") };
                    last = Failure::Silent(format!("can't connect to {peer}{at}: {error}"));
                }
            }
        }
        Err(last)
    }

    /// Our own address.
    pub fn local_address(&self) -> Option<SocketAddr> {
        self.timed()?.tcp.local_addr().ok()
    }

    /// Whether the server is on this machine.
    pub fn is_local(&self) -> bool {
        self.timed().and_then(|timed| timed.tcp.peer_addr().ok()).is_some_and(|address| address.ip().is_loopback())
    }

    fn timed(&self) -> Option<&Timed> {
        match &self.layer {
            Layer::Plain(timed) => Some(timed),
            Layer::Tls(tls) => Some(&tls.sock),
            Layer::None => None,
        }
    }

    fn set_deadline(&mut self, timeout: Duration) -> Instant {
        let deadline = Instant::now() + timeout;
        match &mut self.layer {
            Layer::Plain(timed) => timed.deadline = deadline,
            Layer::Tls(tls) => tls.sock.deadline = deadline,
            Layer::None => {}
        }
        deadline
    }

    /// Starts TLS and checks the server's certificate for `host`. There is no way back to the clear.
    pub fn secure(&mut self, host: &str, config: &Arc<ClientConfig>, timeout: Duration) -> Result<(), Failure> {
        self.set_deadline(timeout);
        let Layer::Plain(mut timed) = std::mem::replace(&mut self.layer, Layer::None) else {
            return Err(Failure::Tls("TLS was started twice".into()));
        };
        let name = server_name(host)?;
        let failed = |reason: String| Failure::Tls(format!("TLS with {} failed: {reason}", self.peer));
        let mut session = ClientConnection::new(Arc::clone(config), name).map_err(|error| failed(error.to_string()))?;
        while session.is_handshaking() {
            session.complete_io(&mut timed).map_err(|error| match error.kind() {
                ErrorKind::TimedOut => failed("the handshake took too long".into()),
                ErrorKind::UnexpectedEof => failed("the server closed the connection".into()),
                _ if is_in_the_clear(&error) => {
                    failed("what the server says is not TLS; where its port begins in the clear, try tls = \"starttls\"".into())
                }
                _ => failed(certificate_fault(&error).unwrap_or_else(|| error.to_string())),
            })?;
        }
        self.layer = Layer::Tls(Box::new(StreamOwned::new(session, timed)));
        Ok(())
    }

    /// Starts to wait for a whole reply: all reads until the next call end at one deadline.
    pub fn await_reply(&mut self, timeout: Duration) {
        self.set_deadline(timeout);
    }

    /// Reads what there is, up to the deadline; never nothing.
    pub fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Failure> {
        let read = match &mut self.layer {
            Layer::Plain(timed) => timed.read(buffer),
            Layer::Tls(tls) => tls.read(buffer),
            Layer::None => Ok(0),
        };
        match read {
            Ok(0) => Err(Failure::Lost("the server closed the connection".into())),
            Ok(read) => Ok(read),
            Err(error) => Err(lost("waiting for a reply", &error)),
        }
    }

    /// Writes everything, each part within `timeout`.
    pub fn write(&mut self, bytes: &[u8], timeout: Duration) -> Result<(), Failure> {
        self.write_counted(bytes, timeout).map_err(|(_, failure)| failure)
    }

    /// The same; a failure tells how many bytes the kernel had taken by then: those it delivers, even after we have closed. Of a TLS record
    /// that is cut short the server can read nothing.
    pub fn write_counted(&mut self, bytes: &[u8], timeout: Duration) -> Result<(), (usize, Failure)> {
        const PART: usize = 64 * 1024;
        let mut taken = 0;
        for part in bytes.chunks(PART) {
            self.set_deadline(timeout);
            let written = match &mut self.layer {
                Layer::Plain(timed) => write_all(timed, part, &mut taken),
                Layer::Tls(tls) => tls.write_all(part).and_then(|()| tls.flush()).map(|()| taken += part.len()),
                Layer::None => Err(ErrorKind::BrokenPipe.into()),
            };
            written.map_err(|error| (taken, lost("writing", &error)))?;
        }
        Ok(())
    }

    /// Fails if the server has said something, or has gone, without waiting for it. Asked before we speak, since what is
    /// there then is no answer to what comes.
    pub fn expect_silence(&mut self) -> Result<(), Failure> {
        let unasked = || Failure::Nonsense("the server spoke out of turn".into());
        let Some(timed) = self.timed() else { return Err(Failure::Lost("the connection is closed".into())) };
        timed.tcp.set_nonblocking(true).map_err(|error| lost("listening", &error))?;
        let heard = match &mut self.layer {
            Layer::Plain(timed) => timed.tcp.peek(&mut [0]),
            Layer::Tls(tls) => hear_tls(tls),
            Layer::None => Ok(0),
        };
        if let Some(timed) = self.timed() {
            timed.tcp.set_nonblocking(false).map_err(|error| lost("listening", &error))?;
        }
        match heard {
            Ok(0) => Err(Failure::Lost("the server closed the connection".into())),
            Ok(_) => Err(unasked()),
            Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(()),
            Err(error) => Err(lost("listening", &error)),
        }
    }

    /// Ends the connection at once.
    pub fn cut(&mut self) {
        if let Some(timed) = self.timed() {
            // It may be closed already; then there is nothing to end.
            let _ = timed.tcp.shutdown(std::net::Shutdown::Both);
        }
        self.layer = Layer::None;
    }
}

/// As `Write::write_all`, which does not say how far it came.
fn write_all(stream: &mut Timed, bytes: &[u8], taken: &mut usize) -> io::Result<()> {
    let mut rest = bytes;
    while !rest.is_empty() {
        match stream.write(rest) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(more) => {
                *taken += more;
                rest = rest.get(more..).unwrap_or_default();
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Asks again and again until there is an answer, or so much time has passed.
pub(super) fn poll<T>(timeout: Duration, mut ask: impl FnMut() -> Option<T>) -> Option<T> {
    let deadline = Instant::now() + timeout;
    let mut pause = Duration::from_micros(200);
    loop {
        if let Some(answer) = ask() {
            return Some(answer);
        }
        if Instant::now() >= deadline {
            return None;
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(20));
    }
}

/// Plain bytes that are there. Records of the protocol's own, such as session tickets, are none.
fn hear_tls(tls: &mut StreamOwned<ClientConnection, Timed>) -> io::Result<usize> {
    loop {
        match tls.conn.reader().read(&mut [0]) {
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            other => return other,
        }
        if tls.conn.read_tls(&mut tls.sock.tcp)? == 0 {
            return Ok(0);
        }
        tls.conn.process_new_packets().map_err(io::Error::other)?;
    }
}

/// The system's certificates (or those that SSL_CERT_FILE names), TLS 1.2 and 1.3.
pub(super) fn tls_config() -> Result<Arc<ClientConfig>, String> {
    let found = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    let (good, _) = roots.add_parsable_certificates(found.certs);
    if good == 0 {
        let why = found.errors.first().map(|error| format!(": {error}")).unwrap_or_default();
        return Err(format!(
            "no certificates of authorities were found on this system{why}; install them, or name a file in SSL_CERT_FILE"
        ));
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().map_err(|error| error.to_string())?;
    Ok(Arc::new(config.with_root_certificates(roots).with_no_client_auth()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_ends_at_its_deadline_and_not_before() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let mut stream = Stream::connect(&[listener.local_addr().unwrap()], "test", Duration::from_secs(5)).unwrap();
        let (_peer, _) = listener.accept().unwrap();
        for millis in [300, 40, 200, 5] {
            let started = Instant::now();
            stream.await_reply(Duration::from_millis(millis));
            assert!(matches!(stream.read(&mut [0]), Err(Failure::Silent(_))));
            let passed = started.elapsed();
            assert!(passed >= Duration::from_millis(millis) && passed < Duration::from_millis(millis + 250), "{millis}: {passed:?}");
        }
    }

    /// A server that reads nothing more: the buffers fill up within a write, whose first bytes it gets all the same.
    #[test]
    fn a_write_that_fails_says_what_has_left() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let mut stream = Stream::connect(&[listener.local_addr().unwrap()], "test", Duration::from_secs(5)).unwrap();
        let (mut peer, _) = listener.accept().unwrap();
        let (mut whole, mut partly) = (0, 0);
        for _ in 0..100_000 {
            match stream.write_counted(&[b'x'; 150], Duration::from_millis(200)) {
                Ok(()) => whole += 1,
                Err((taken, failure)) => {
                    assert!(matches!(failure, Failure::Silent(_)), "{failure:?}");
                    partly = taken;
                    break;
                }
            }
        }
        stream.cut();
        let mut came = Vec::new();
        peer.read_to_end(&mut came).unwrap();
        assert_eq!(came.len(), whole * 150 + partly);
        assert!(partly < 150);
    }

    #[test]
    fn the_clear_is_for_this_machine() {
        assert!(resolve("127.0.0.1", 25, true).is_ok());
        assert!(resolve("[::1]", 25, true).is_ok());
        assert!(matches!(resolve("192.0.2.1", 25, true), Err(Ending::Stop(reason)) if reason.contains("in the clear")));
        assert!(resolve("192.0.2.1", 25, false).is_ok());
    }

    #[test]
    fn an_address_in_brackets_has_a_certificate_too() {
        assert_eq!(server_name("[::1]").unwrap(), server_name("::1").unwrap());
        assert!(matches!(server_name("[::1]"), Ok(ServerName::IpAddress(_))));
        assert!(matches!(server_name("mail.example.org"), Ok(ServerName::DnsName(_))));
        assert!(matches!(server_name("a b"), Err(Failure::Tls(_))));
    }

    #[test]
    fn an_address_that_does_not_answer_leaves_time_for_the_next() {
        assert_eq!(share(Duration::from_secs(60), 3), Duration::from_secs(20));
        assert_eq!(share(Duration::from_secs(60), 1), Duration::from_secs(60));
        assert_eq!(share(Duration::ZERO, 0), Duration::from_millis(1));
        // 192.0.2.0/24 is nobody's (RFC 5737): silent or unreachable, but never the end of the attempt.
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let addresses = [SocketAddr::from(([192, 0, 2, 1], 25)), listener.local_addr().unwrap()];
        let stream = Stream::connect(&addresses, "test", Duration::from_millis(600)).unwrap();
        assert_eq!(stream.timed().unwrap().tcp.peer_addr().unwrap(), addresses[1]);
    }
}
