//! Real servers, from Debian's packages, on loopback: what they deliver is what we composed, and what they refuse is told.

use crate::mock_smtp::Certificate;
use crate::project::Project;
use crate::send::publication;
use mail_parser::MessageParser;
use std::collections::BTreeMap;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const USER: &str = "publisher";
const PASSWORD: &str = "open sesame";
/// They may not deliver as root, so as nobody.
const NOBODY: u32 = 65_534;
const PEOPLE: [(&str, &str); 5] =
    [("anna", "Anna"), ("bert", "Bert \"B\" O'Hara"), ("chloe", "Chloé"), ("dai", "大"), ("emma", "> Emma, line by line")];

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn command(program: &str, arguments: &[&str]) {
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).output().unwrap_or_else(|error| panic!("{program}: {error}"));
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{program} {arguments:?}: {said}");
}

fn wait_for(what: &str, mut is_there: impl FnMut() -> bool) {
    let started = Instant::now();
    while !is_there() {
        assert!(started.elapsed() < Duration::from_secs(30), "{what} does not come");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// A folder that any user may read, and one for mail.
fn folder() -> tempfile::TempDir {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let mail = folder.path().join("mail");
    std::fs::create_dir(&mail).unwrap();
    std::os::unix::fs::chown(&mail, Some(NOBODY), Some(NOBODY)).unwrap();
    folder
}

/// What was delivered, by who got it.
fn delivered(folder: &Path) -> BTreeMap<String, Vec<PathBuf>> {
    let people = std::fs::read_dir(folder.join("mail")).unwrap().map(|entry| entry.unwrap());
    let files = |person: &Path| std::fs::read_dir(person.join("new")).into_iter().flatten().map(|entry| entry.unwrap().path()).collect();
    people.map(|person| (person.file_name().into_string().unwrap(), files(&person.path()))).collect()
}

fn sending(project: &Project, arguments: &str) -> i32 {
    let words: Vec<&str> = arguments.split_whitespace().collect();
    let mut command = project.command(&words);
    command.env("SSL_CERT_FILE", project.path().join("cert.pem")).env("SMTP_PASSWORD", PASSWORD);
    command.output().unwrap().status.code().unwrap()
}

/// A publication with a list, signed messages, and this `[smtp]`.
fn project(port: u16, certificate: &Certificate, smtp: &str) -> Project {
    let rows: String = PEOPLE.iter().map(|(address, name)| format!("{address}@example.net,\"{}\"\n", name.replace('"', "\"\""))).collect();
    let key = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/dkim/ed25519.pem");
    let smtp = format!("connections = 2\ndkim = {{ domain = \"example.org\", selector = \"s1\", key_file = {key:?} }}\n{smtp}");
    let project = publication(port, &smtp)
        .file("cert.pem", &certificate.pem)
        .file("list.csv", format!("email,name\n{rows}nobody-there@example.net,Nobody\n"));
    let text = project.read("tidings.toml").replace("host = \"127.0.0.1\"", "host = \"localhost\"");
    let project = project.file("tidings.toml", text);
    project.run("list import list.csv").success();
    project
}

/// Sends, and looks at what became of it: each who exists has one message, with a good signature and the own name in it.
fn check(folder: &Path, project: &Project) {
    assert_eq!(sending(project, "send latest --yes"), 1, "one does not exist");
    let report = project.run("report latest --all --format json").success().json();
    assert_eq!([&report["sent"], &report["bounced"]], [5, 1], "{report}");
    wait_for("the mail", || delivered(folder).values().map(Vec::len).sum::<usize>() == PEOPLE.len());
    let suppressed = project.run("list show --format json").success().stdout;
    assert!(suppressed.contains("\"suppressed\":\"550"), "{suppressed}");
    let mail = delivered(folder);
    for (address, name) in PEOPLE {
        let [file] = mail[address].as_slice() else { panic!("{address} got {:?}", mail[address]) };
        let bytes = std::fs::read(file).unwrap();
        let message = MessageParser::default().parse(&bytes).unwrap();
        assert!(message.body_text(0).unwrap().contains(&format!("Dear {name},")), "{:?}", message.body_text(0));
        assert!(message.body_html(0).unwrap().contains("</html>"));
        assert_eq!(message.header("List-Unsubscribe-Post").unwrap().as_text(), Some("List-Unsubscribe=One-Click"));
        // Delivered files have LF; what was signed had CRLF. The server's own headers stand before ours.
        let text = String::from_utf8(bytes).unwrap().replace("\r\n", "\n").replace('\n', "\r\n");
        assert_eq!(verified(project, &text), "example.org s1 good\n", "{address}");
    }
    // Sent again, nobody gets it.
    sending(project, "send latest --yes");
    assert_eq!(delivered(folder).values().map(Vec::len).sum::<usize>(), PEOPLE.len());
}

fn verified(project: &Project, message: &str) -> String {
    let planned = project.run("send latest --dry-run --format json").success().json();
    let key = &planned["dkim"][0];
    let (file, dns) = (project.path().join("message.eml"), project.path().join("dns"));
    std::fs::write(&file, message).unwrap();
    std::fs::write(&dns, format!("{} {}\n", key["name"].as_str().unwrap(), key["txt"].as_str().unwrap())).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/dkim/verify.py");
    let output = Command::new("python3").arg(script).arg(file).arg(dns).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Postfix with its own queue: submission with STARTTLS and AUTH, delivery to maildirs.
struct Postfix<'a> {
    folder: &'a Path,
}

impl<'a> Postfix<'a> {
    fn start(folder: &'a Path, port: u16, certificate: &Certificate) -> Postfix<'a> {
        let at = |name: &str| folder.join(name).display().to_string();
        let write = |name: &str, text: &str| std::fs::write(folder.join(name), text).unwrap();
        for name in ["queue", "data", "sasl"] {
            std::fs::create_dir(folder.join(name)).unwrap();
        }
        command("chown", &["postfix", &at("data")]);
        write("cert.pem", &certificate.pem);
        write("key.pem", &certificate.key_pem);
        write("people", &PEOPLE.map(|(address, _)| format!("/^{address}@example.net$/ {address}/\n")).concat());
        write(
            "sasl/smtpd.conf",
            &format!("pwcheck_method: auxprop\nauxprop_plugin: sasldb\nsasldb_path: {}\nmech_list: PLAIN LOGIN\n", at("sasldb2")),
        );
        let script = format!("printf '%s' '{PASSWORD}' | saslpasswd2 -p -c -f {} -u localhost {USER}", at("sasldb2"));
        command("sh", &["-c", &script]);
        command("chmod", &["644", &at("sasldb2")]);
        write(
            "main.cf",
            &format!(
                "compatibility_level = 3.6\nqueue_directory = {queue}\ndata_directory = {data}\nmyhostname = localhost\nmydestination =\n\
                 inet_interfaces = 127.0.0.1\ninet_protocols = ipv4\nmaillog_file = {log}\nmaillog_file_prefixes = /\n\
                 virtual_mailbox_domains = example.net\nvirtual_mailbox_maps = regexp:{people}\nvirtual_mailbox_base = {mail}\n\
                 virtual_uid_maps = static:{NOBODY}\nvirtual_gid_maps = static:{NOBODY}\nalias_maps =\n\
                 smtpd_tls_cert_file = {cert}\nsmtpd_tls_key_file = {key}\nsmtpd_tls_security_level = encrypt\nsmtpd_tls_auth_only = yes\n\
                 smtpd_sasl_auth_enable = yes\nsmtpd_sasl_type = cyrus\nsmtpd_sasl_local_domain = localhost\ncyrus_sasl_config_path = {sasl}\n\
                 smtpd_relay_restrictions = permit_sasl_authenticated, reject\nmynetworks =\n",
                queue = at("queue"),
                data = at("data"),
                log = at("log"),
                people = at("people"),
                mail = at("mail"),
                cert = at("cert.pem"),
                key = at("key.pem"),
                sasl = at("sasl"),
            ),
        );
        let services = "pickup unix n - n 60 1 pickup\ncleanup unix n - n - 0 cleanup\nqmgr unix n - n 300 1 qmgr\ntlsmgr unix - - n 1000? 1 tlsmgr\n\
             rewrite unix - - n - - trivial-rewrite\nbounce unix - - n - 0 bounce\ndefer unix - - n - 0 bounce\ntrace unix - - n - 0 bounce\n\
             proxymap unix - - n - - proxymap\nvirtual unix - n n - - virtual\nerror unix - - n - - error\nretry unix - - n - - error\n\
             discard unix - - n - - discard\nanvil unix - - n - 1 anvil\nscache unix - - n - 1 scache\npostlog unix-dgram n - n - 1 postlogd\n\
             showq unix n - n - - showq\nflush unix n - n 1000? 0 flush\nverify unix - - n - 1 verify\nlocal unix - n n - - local\nsmtp unix - - n - - smtp\n\
             relay unix - - n - - smtp\n";
        write("master.cf", &format!("127.0.0.1:{port} inet n - n - - smtpd\n{services}"));
        command("postfix", &["-c", &folder.display().to_string(), "start"]);
        wait_for("Postfix", || TcpStream::connect(("127.0.0.1", port)).is_ok());
        Postfix { folder }
    }
}

impl Drop for Postfix<'_> {
    #[expect(clippy::disallowed_macros, reason = "what the server says is why a test fails")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}", std::fs::read_to_string(self.folder.join("log")).unwrap_or_default());
        }
        let _ = Command::new("postfix").args(["-c", &self.folder.display().to_string(), "stop"]).output();
    }
}

#[test]
#[ignore = "needs postfix, saslpasswd2 and dkimpy"]
fn postfix_delivers_what_was_composed() {
    let (folder, port, certificate) = (folder(), free_port(), Certificate::for_name("localhost"));
    let _server = Postfix::start(folder.path(), port, &certificate);
    let login = format!("tls = \"starttls\"\nuser = \"{USER}@localhost\"\npassword_env = \"SMTP_PASSWORD\"\n");
    let project = project(port, &certificate, &login);
    // Without a password nobody gets anything, and nothing is counted against anybody.
    let without = project.read("tidings.toml");
    let project = project.file("tidings.toml", without.replace("SMTP_PASSWORD", "SSL_CERT_FILE"));
    assert_eq!(sending(&project, "send latest --yes"), 2);
    let project = project.file("tidings.toml", without);
    check(folder.path(), &project);
}

/// Exim, from its package's files alone, since Debian installs one server at a time.
struct Exim(Child);

impl Exim {
    fn start(folder: &Path, port: u16, certificate: &Certificate) -> Exim {
        let program = std::env::var("EXIM").expect("EXIM names the program exim4");
        let at = |name: &str| folder.join(name).display().to_string();
        std::fs::create_dir(folder.join("spool")).unwrap();
        std::os::unix::fs::chown(folder.join("spool"), Some(NOBODY), Some(NOBODY)).unwrap();
        std::fs::write(folder.join("cert.pem"), &certificate.pem).unwrap();
        std::fs::write(folder.join("key.pem"), &certificate.key_pem).unwrap();
        let people = PEOPLE.map(|(address, _)| address).join(" : ");
        let config = format!(
            "exim_path = {program}\nexim_user = {NOBODY}\nexim_group = {NOBODY}\nnever_users =\nspool_directory = {spool}\nlog_file_path = {spool}/log-%s\n\
             primary_hostname = localhost\nlocal_interfaces = 127.0.0.1\ndaemon_smtp_ports = {port}\ntls_on_connect_ports = {port}\n\
             tls_advertise_hosts = *\ntls_certificate = {cert}\ntls_privatekey = {key}\nacl_smtp_rcpt = rcpt\nacl_smtp_data = accept\n\
             domainlist local_domains = example.net\nqualify_domain = example.net\nkeep_environment =\n\
             begin acl\nrcpt:\n  require authenticated = *\n  deny ! local_parts = {people}\n    message = 5.1.1 no such user\n  accept\n\
             begin routers\nhere:\n  driver = accept\n  domains = +local_domains\n  transport = maildir\n\
             begin transports\nmaildir:\n  driver = appendfile\n  maildir_format\n  directory = {mail}/${{bless:$local_part}}\n  create_directory\n  user = {NOBODY}\n  group = {NOBODY}\n\
             begin authenticators\nplain:\n  driver = plaintext\n  public_name = PLAIN\n  server_prompts = :\n  \
             server_condition = ${{if and{{{{eq{{$auth2}}{{{USER}}}}}{{eq{{$auth3}}{{{PASSWORD}}}}}}}}}\n  server_set_id = $auth2\n",
            spool = at("spool"),
            cert = at("cert.pem"),
            key = at("key.pem"),
            mail = at("mail"),
        );
        // What a local part names is tainted; one that the ACL has let in is one of the list.
        let config =
            config.replace("${bless:$local_part}", &format!("${{lookup{{$local_part}}lsearch{{{}}}{{$value}}fail}}", at("people")));
        std::fs::write(folder.join("people"), PEOPLE.map(|(address, _)| format!("{address}: {address}\n")).concat()).unwrap();
        std::fs::write(folder.join("exim.conf"), config).unwrap();
        let mut child = Command::new(&program).args(["-C", &at("exim.conf"), "-bdf", "-q1m"]).stderr(Stdio::inherit()).spawn().unwrap();
        wait_for("Exim", || {
            assert!(child.try_wait().unwrap().is_none(), "Exim ends");
            TcpStream::connect(("127.0.0.1", port)).is_ok()
        });
        Exim(child)
    }
}

impl Drop for Exim {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
#[ignore = "needs exim and dkimpy"]
fn exim_delivers_what_was_composed() {
    let (folder, port, certificate) = (folder(), free_port(), Certificate::for_name("localhost"));
    let _server = Exim::start(folder.path(), port, &certificate);
    let login = format!("tls = \"implicit\"\nuser = \"{USER}\"\npassword_env = \"SMTP_PASSWORD\"\n");
    check(folder.path(), &project(port, &certificate, &login));
}
