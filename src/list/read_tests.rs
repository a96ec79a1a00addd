use super::*;
use crate::list::{Consent, CsvWriter, Listed, Subscriber, SubscriptionState, Suppression, read_moment};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::convert::Infallible;

#[derive(Default)]
struct List {
    imported: Vec<Imported>,
    rejected: Vec<Told>,
    notes: Vec<Told>,
    service: Option<String>,
}

fn read_as(bytes: &[u8], options: &ReadOptions) -> List {
    let mut list = List::default();
    let done = read_list::<Infallible>(bytes, options, &mut |found| {
        match found {
            Found::Imported(one) => list.imported.push(one),
            Found::Rejected(told) => list.rejected.push(told),
            Found::Note(told) => list.notes.push(told),
        }
        Ok(())
    });
    list.service = done.unwrap_or_else(|_| panic!("bytes in memory can be read"));
    list
}

fn read(bytes: &[u8]) -> List {
    read_as(bytes, &ReadOptions::default())
}

/// Of files in which nothing is left out.
fn read_csv(bytes: &[u8]) -> (Vec<Imported>, Vec<Told>) {
    let list = read(bytes);
    assert_eq!(list.notes, []);
    (list.imported, list.rejected)
}

fn addresses(imported: &[Imported]) -> Vec<(usize, &str)> {
    imported.iter().map(|one| (one.line, one.subscriber.address.as_str())).collect()
}

#[test]
fn columns_are_found_by_name_and_the_rest_become_fields() {
    let text = "\u{feff}E-Mail,First Name,Last Name,Language,Tags,City\r\n\
                Anna@Example.org,Anna,Berg,fr,\"a, b; a\",Köln\r\n\
                bert@example.org,,,,,\r\n";
    let (imported, rejected) = read_csv(text.as_bytes());
    assert_eq!(rejected, []);
    let anna = Subscriber {
        address: "Anna@Example.org".into(),
        name: Some("Anna Berg".into()),
        language: Some("fr".into()),
        tags: vec!["a".into(), "b".into()],
        fields: BTreeMap::from([("City".into(), "Köln".into())]),
        state: SubscriptionState::Confirmed,
        consent: Consent::default(),
    };
    let bert = Subscriber { address: "bert@example.org".into(), ..Subscriber::default() };
    assert_eq!(imported.iter().map(|one| one.subscriber.clone()).collect::<Vec<_>>(), [anna, bert]);
}

#[test]
fn delimiters_are_seen_in_the_header() {
    for (text, name) in [
        ("email;name\na@example.org;Berg, Anna\n", Some("Berg, Anna")),
        ("email\tname\na@example.org\tBerg; Anna\n", Some("Berg; Anna")),
        ("\"e;m;\",email,name\nx,a@example.org,Anna\n", Some("Anna")),
        ("address\na@example.org\n", None),
    ] {
        let (imported, rejected) = read_csv(text.as_bytes());
        assert_eq!(rejected, [], "{text}");
        assert_eq!(imported[0].subscriber.name.as_deref(), name, "{text}");
    }
}

#[test]
fn beside_an_email_column_an_address_is_a_street() {
    let (imported, _) = read_csv(b"Address,Email Address\nHigh Street 1,a@example.org\n");
    assert_eq!(imported[0].subscriber.fields["Address"], "High Street 1");
}

#[test]
fn lines_are_where_records_start() {
    for end in ["\n", "\r\n", "\r"] {
        let text = ["email,note", "", "a@example.org,x", "", "", "b@example.org,y", "nobody,z", "c@example.org,w"].join(end);
        let (imported, rejected) = read_csv(text.as_bytes());
        assert_eq!(addresses(&imported), [(3, "a@example.org"), (6, "b@example.org"), (8, "c@example.org")], "{end:?}");
        assert_eq!(rejected.iter().map(|one| one.line).collect::<Vec<_>>(), [7], "{end:?}");
    }
    let (imported, rejected) = read_csv(b"email,note\r\na@example.org,\"one\r\ntwo\"\r\nb@example.org,x\r\n");
    assert_eq!(addresses(&imported), [(4, "b@example.org")]);
    let reason = "a field holds a line break: the record goes on to line 3; perhaps a quote was left open on line 2";
    assert_eq!(rejected, [Told { line: 2, reason: reason.into() }]);
}

#[test]
fn a_quote_left_open_loses_nobody_else() {
    for end in ["\n", "\r\n", "\r"] {
        let lines = [
            "email,name",
            "a@example.org,\"Anna",
            "b@example.org,Bert",
            "",
            "nobody,x",
            "c@example.org,\"Berg, C\"",
            "d@example.org,D",
            "e@example.org,E",
        ];
        let (imported, rejected) = read_csv(lines.join(end).as_bytes());
        let expected = [(3, "b@example.org"), (6, "c@example.org"), (7, "d@example.org"), (8, "e@example.org")];
        assert_eq!(addresses(&imported), expected, "{end:?}");
        assert_eq!(imported[1].subscriber.name.as_deref(), Some("Berg, C"));
        assert_eq!(rejected.iter().map(|one| one.line).collect::<Vec<_>>(), [2, 5], "{end:?}");
        assert!(rejected[0].reason.ends_with("goes on to line 6; perhaps a quote was left open on line 2"), "{rejected:?}");
    }
    // Never closed, in a file of many lines each of which would take the rest: told, and not read again for each.
    let file = format!("email,name,x\n{}", "a@example.org,a\"b,\"c\n".repeat(5_000));
    let (imported, rejected) = read_csv(file.as_bytes());
    assert_eq!((imported.len(), rejected.len()), (0, 5_000));
}

#[test]
fn a_bad_language_loses_nobody() {
    let list = read(b"email,language,suppressed\na@example.org,english!!,\nb@example.org,xx yy,asked\n");
    assert_eq!(list.rejected, []);
    assert_eq!(addresses(&list.imported), [(2, "a@example.org"), (3, "b@example.org")]);
    assert!(list.imported.iter().all(|one| one.subscriber.language.is_none()));
    assert_eq!(list.imported[1].suppressed.as_ref().map(|one| one.reason.as_str()), Some("asked"));
    let reason = "\"english!!\" is not a language tag, such as en or pt-BR: imported without a language";
    assert_eq!(list.notes[0], Told { line: 2, reason: reason.into() });
    assert_eq!(list.notes[1].line, 3);
}

#[test]
fn bad_records_are_rejected_and_the_rest_goes_on() {
    let text =
        b"email,name\nnobody,x\na@example.org,\"x\rBcc: y\"\nb@example.org,x\0y\nc@example.org,caf\xe9\nd@example.org,ok\n,lost\n,\n";
    let (imported, rejected) = read_csv(text);
    assert_eq!(addresses(&imported), [(6, "d@example.org")]);
    let reasons: Vec<_> = rejected.iter().map(|one| (one.line, one.reason.as_str())).collect();
    assert_eq!(
        reasons,
        [
            (2, "there is no @ in the address"),
            (3, "a field holds a line break"),
            (4, "a field holds a NUL character"),
            (5, "the record is not UTF-8 (it looks like windows-1252): save the file as UTF-8, or say --encoding windows-1252"),
            (7, "the address is empty"),
        ]
    );
}

#[test]
fn addresses_and_names_of_any_letters_are_kept() {
    let text = "email,name,language\njürgen@example.org,,\nc@bücher.example,名前,fr_FR\nליאה@דוגמה.ישראל,ליאה,he\n";
    let (imported, rejected) = read_csv(text.as_bytes());
    assert_eq!(rejected, []);
    assert_eq!(addresses(&imported), [(2, "jürgen@example.org"), (3, "c@bücher.example"), (4, "ליאה@דוגמה.ישראל")]);
    assert_eq!(imported[1].subscriber.language.as_deref(), Some("fr-FR"));
}

#[test]
fn a_file_without_addresses_is_refused_as_a_whole() {
    for bytes in [&b"name,city\nAnna,Rome\n"[..], b"\xff\xfee\0m\0", &[b','; 500]] {
        let (imported, rejected) = read_csv(bytes);
        assert!(imported.is_empty());
        assert_eq!(rejected.len(), 1);
        assert_eq!(rejected[0].line, 1);
    }
}

#[test]
fn an_export_is_imported_unchanged() {
    let one = |address: &str, name: Option<&str>, state, suppressed: Option<&str>| Listed {
        subscriber: Subscriber {
            address: address.into(),
            name: name.map(str::to_owned),
            language: None,
            tags: vec!["a".into(), "b, \"c\"".into()],
            fields: BTreeMap::from([("x".into(), "=1+1".into())]),
            state,
            consent: Consent { source: Some("-fair".into()), time: read_moment("2024-05-03T10:00:00.5Z") },
        },
        suppressed: suppressed.map(|reason| Suppression { reason: reason.to_owned(), since: read_moment("2024-06-01T00:00:00Z") }),
    };
    let list = [
        one("a@example.org", Some("Berg, \"Anna\""), SubscriptionState::Confirmed, None),
        one("b@example.org", None, SubscriptionState::Unsubscribed, None),
        one("c@example.org", None, SubscriptionState::Pending, Some("550 5.1.1 no such user")),
    ];
    let mut bytes = Vec::new();
    let mut csv = CsvWriter::start(&mut bytes, vec!["x".into()]).unwrap();
    list.iter().for_each(|one| csv.write(one).unwrap());
    csv.finish().unwrap();
    let (imported, rejected) = read_csv(&bytes);
    assert_eq!(rejected, []);
    let back: Vec<_> = imported.into_iter().map(|one| Listed { subscriber: one.subscriber, suppressed: one.suppressed }).collect();
    assert_eq!(back, list);
}

#[test]
fn a_column_of_states_may_be_a_country_s() {
    let (imported, _) = read_csv(b"email,state\na@example.org,Texas\n");
    assert_eq!(imported[0].subscriber.state, SubscriptionState::Confirmed);
    assert_eq!(imported[0].subscriber.fields["state"], "Texas");
}

#[track_caller]
fn standings(text: &str) -> Vec<String> {
    let list = read(text.as_bytes());
    assert_eq!((list.rejected, list.notes), (vec![], vec![]));
    let one = |one: &Imported| {
        let person = &one.subscriber;
        let suppressed = one.suppressed.as_ref().map(|one| format!(" ({})", one.reason)).unwrap_or_default();
        let name = person.name.as_deref().unwrap_or("-");
        format!("{} {name} {} [{}]{suppressed}", person.address, person.state.word(), person.tags.join(" "))
    };
    list.imported.iter().map(one).collect()
}

#[test]
fn a_status_that_nobody_knows_gets_no_mail() {
    let list = read(b"email,status\na@x.org,im Urlaub\n");
    assert_eq!((list.imported[0].subscriber.state, list.notes[0].line), (SubscriptionState::Pending, 2));
    assert!(list.notes[0].reason.contains("\"im Urlaub\""));
}

#[test]
fn consent_is_kept_and_comes_back() {
    let list = read(b"email,OPTIN_TIME,CONFIRM_TIME,source\na@x.org,2024-01-01,2024-01-02,fair\n");
    let anna = &list.imported[0].subscriber;
    assert_eq!(anna.consent, Consent { source: Some("fair".into()), time: read_moment("2024-01-02") });
    assert_eq!(anna.fields["OPTIN_TIME"], "2024-01-01");
}

#[test]
fn plain_lists_and_other_ways_to_write_a_table_are_read() {
    assert_eq!(
        standings("a@x.org\n\nAnn Lee <b@x.org>\n\"Lee, Bob\" <c@x.org>\n").first().map(String::as_str),
        Some("a@x.org - confirmed []")
    );
    assert_eq!(standings("Ann Lee <b@x.org>\nc@x.org\n"), ["b@x.org Ann Lee confirmed []", "c@x.org - confirmed []"]);
    assert_eq!(standings("Ann;a@x.org\nBob;b@x.org\n"), ["a@x.org Ann confirmed []", "b@x.org Bob confirmed []"]);
    assert_eq!(standings("email|name\na@x.org|Ann\n"), ["a@x.org Ann confirmed []"]);
    let utf16: Vec<u8> = [0xFEFF].into_iter().chain("email\tname\r\na@x.org\tÉva\r\n".encode_utf16()).flat_map(u16::to_le_bytes).collect();
    assert_eq!(read(&utf16).imported[0].subscriber.name.as_deref(), Some("Éva"));
}

#[test]
fn json_is_read_by_line_by_list_and_by_document() {
    let expected = ["a@x.org Ann confirmed [one two]", "b@x.org - unsubscribed []"];
    assert_eq!(
        standings(
            "{\"email\": \"a@x.org\", \"name\": \"Ann\", \"tags\": [\"one\", \"two\"]}\n{\"email\": \"b@x.org\", \"status\": \"unsubscribed\"}\n"
        ),
        expected
    );
    let members = "[\n {\"address\": \"a@x.org\", \"name\": \"Ann\", \"labels\": [{\"name\": \"one\"}, {\"name\": \"two\"}], \"fields\": {\"x\": 1}},\n {\"address\": \"b@x.org\", \"state\": \"unsubscribed\", \"suppressed\": null}\n]\n";
    assert_eq!(standings(members), expected);
    let document = format!("{{\"version\": 1, \"subscribers\": {members}}}");
    assert_eq!(standings(&document), expected);
    assert_eq!(read(document.as_bytes()).imported[0].subscriber.fields["x"], "1");
    assert_eq!(read(document.as_bytes()).imported[1].line, 3);
    let bad = read(b"{\"email\": \"a@x.org\"}\n{oops\n[1]\n{\"name\": \"x\"}\n");
    assert_eq!(bad.rejected.iter().map(|one| one.line).collect::<Vec<_>>(), [2, 3, 4]);
    for text in ["{", "[", "[1]", "{}", "[]", "{\"a\": [{}]}", "[{\"email\": []}]"] {
        assert!(read(text.as_bytes()).imported.is_empty(), "{text}");
    }
}

#[test]
fn cells_that_moved_to_the_right_are_not_taken_for_others() {
    let (imported, rejected) = read_csv(b"email,name,status\na@x.org,Lee, Ann,unsubscribed\nb@x.org,Bob,active,,\n");
    assert_eq!(addresses(&imported), [(3, "b@x.org")]);
    assert_eq!(rejected[0].line, 2);
    assert!(rejected[0].reason.starts_with("the record has 4 cells, the header 3"), "{rejected:?}");
}

#[test]
fn a_record_without_a_status_gets_no_mail_where_others_have_one() {
    let list = read(b"email,name,status\na@x.org\nb@x.org,B,\nc@x.org,C,active\n");
    assert_eq!(list.imported.iter().map(|one| one.subscriber.state.word()).collect::<Vec<_>>(), ["pending", "pending", "confirmed"]);
    assert_eq!(list.notes[0], Told { line: 2, reason: "it has no status: imported as pending, which gets no mail".into() });
}

#[test]
fn heads_of_columns_are_known_in_other_languages() {
    for (head, expected) in [
        ("E-Mail-Adresse;Vorname;Nachname;Sprache", "a@x.org Ann Lee confirmed []"),
        ("Adresse e-mail;Prénom;Nom;Langue", "a@x.org Ann Lee confirmed []"),
        ("Correo electrónico;Nombre;Apellidos;Idioma", "a@x.org Ann Lee confirmed []"),
        ("Endereço de email;Nome;Sobrenome;Idioma", "a@x.org Ann Lee confirmed []"),
        ("E-mailadres;Voornaam;Achternaam;Taal", "a@x.org Ann Lee confirmed []"),
        ("メールアドレス;名;姓;言語", "a@x.org Ann Lee confirmed []"),
    ] {
        let text = format!("{head}\na@x.org;Ann;Lee;fr\n");
        assert_eq!(standings(&text), [expected], "{head}");
        let one = &read(text.as_bytes()).imported[0].subscriber;
        assert_eq!((one.language.as_deref(), one.fields.len()), (Some("fr"), 0), "{head}");
    }
}

#[test]
fn flags_of_other_programs_keep_people_from_mail() {
    let text =
        "email,opt_in,bounced_at,unsubscribed\na@x.org,yes,,\nb@x.org,no,,\nc@x.org,1,2024-01-01,\nd@x.org,true,,2024-02-02\ne@x.org,,,\n";
    let list = read(text.as_bytes());
    let standing = |one: &Imported| (one.subscriber.state.word(), one.suppressed.is_some());
    let expected = [("confirmed", false), ("unsubscribed", false), ("confirmed", true), ("unsubscribed", false), ("pending", false)];
    assert_eq!(list.imported.iter().map(standing).collect::<Vec<_>>(), expected);
    assert_eq!(list.rejected, []);
}

#[test]
fn services_say_it_in_json_too() {
    let ghost = r#"{"members": [
        {"email": "a@x.org", "subscribed": true, "email_suppression": {"suppressed": true, "info": {"reason": "spam"}}},
        {"email": "b@x.org", "subscribed": false}]}"#;
    assert_eq!(standings(ghost), ["a@x.org - confirmed [] (imported as spam)", "b@x.org - unsubscribed []"]);
    let two = "[{\"email\": \"a@x.org\"}]\n[{\"email\": \"b@x.org\"}]\n";
    assert_eq!(addresses(&read(two.as_bytes()).imported), [(1, "a@x.org"), (2, "b@x.org")]);
    assert_eq!(standings("[\"Ann <a@x.org>\", \"b@x.org\"]"), ["a@x.org Ann confirmed []", "b@x.org - confirmed []"]);
}

#[test]
fn a_fault_in_a_document_is_told_where_it_is_and_keeps_what_came_before() {
    let list = read(b"[\n {\"email\": \"a@x.org\"},\n {\"email\": \"b@x.org\",},\n {\"email\": \"c@x.org\"}\n]\n");
    assert_eq!(addresses(&list.imported), [(2, "a@x.org")]);
    assert_eq!(list.rejected.len(), 1);
    assert_eq!(list.rejected[0].line, 3);
    assert!(list.rejected[0].reason.contains("from here on"), "{:?}", list.rejected);
    let cut = read(b"[\n {\"email\": \"a@x.org\"},\n {\"email\": \"b@x");
    assert_eq!((addresses(&cut.imported), cut.rejected.len()), (vec![(2, "a@x.org")], 1));
    for long in [
        format!("[{{\"email\": \"a@x.org\"}}, {{\"x\": \"{}\"}}]", "y".repeat(2 << 20)),
        format!("{{\"x\": \"{}\"}}\n", "y".repeat(2 << 20)),
    ] {
        let list = read(long.as_bytes());
        assert_eq!(list.rejected.len(), 1);
        assert!(list.rejected[0].reason.contains("1 MiB"), "{:?}", list.rejected);
    }
    let deep = format!("[{{\"email\": \"a@x.org\"}}, {}", "[".repeat(100_000));
    assert_eq!(addresses(&read(deep.as_bytes()).imported), [(1, "a@x.org")]);
}

#[test]
fn the_encoding_that_the_user_says_is_used() {
    let windows = ReadOptions { encoding: Some(encoding_rs::WINDOWS_1252), ..ReadOptions::default() };
    let list = read_as(b"email;name\r\na@x.org;Ren\xe9 \x96 K\xf6ln\r\n", &windows);
    assert_eq!(list.imported[0].subscriber.name.as_deref(), Some("René – Köln"));
    let japanese = ReadOptions { encoding: Some(encoding_rs::SHIFT_JIS), ..ReadOptions::default() };
    let (bytes, ..) = encoding_rs::SHIFT_JIS.encode("メールアドレス,氏名\na@x.org,山田 太郎\nb@x.org,\u{fffd}\n");
    let list = read_as(&bytes, &japanese);
    assert_eq!(list.imported[0].subscriber.name.as_deref(), Some("山田 太郎"));
    // A byte that the encoding does not have takes only its own record.
    let list = read_as(b"email,name\na@x.org,\xa0\xfd\nb@x.org,B\n", &japanese);
    assert_eq!((addresses(&list.imported), list.rejected.len(), list.rejected[0].line), (vec![(3, "b@x.org")], 1, 2));
}

#[test]
fn files_that_hold_no_text_are_named_for_what_they_are() {
    for (start, word) in [(&b"PK\x03\x04.."[..], "workbook"), (b"\x1f\x8b\x08", "gzip"), (b"%PDF-1.7", "PDF"), (b"<!doctype html>", "HTML")]
    {
        let list = read(start);
        assert_eq!((list.imported.len(), list.rejected.len(), list.rejected[0].line), (0, 1, 1));
        assert!(list.rejected[0].reason.contains(word), "{:?}", list.rejected);
    }
    assert_eq!(standings("<a@x.org>\n"), ["a@x.org - confirmed []"]);
}

/// Files of any bytes, and files that are nearly right.
fn any_file() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop::sample::select(vec![
        "email",
        "name",
        "tags",
        "status",
        "attributes",
        "a@x.org",
        "Ann <a@x.org>",
        "\"",
        "\"\"",
        ",",
        ";",
        "\t",
        "|",
        "\n",
        "\r\n",
        "\r",
        "{",
        "}",
        "[",
        "]",
        ":",
        "null",
        "{}",
        "[{\"email\":\"a@x.org\"}]",
        "{\"email\":\"b@x.org\",\"tags\":[1,{}]}",
        "\"subscribers\"",
        "\"data\"",
        "sep=;",
        "unsubscribed",
        "bounced",
        "true",
        "\u{0}",
        "\u{feff}",
        "é",
        "😀",
        "'=",
        " ",
        "<",
        ">",
        "@",
        "\\",
        "fr",
        "2024-01-02",
    ]);
    let near = prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat().into_bytes());
    let header = "email,name,status,tags\n".to_owned();
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..300),
        near.clone(),
        near.clone().prop_map(move |rows| [header.clone().into_bytes(), rows].concat()),
        near.prop_map(|text| String::from_utf8_lossy(&text).encode_utf16().flat_map(u16::to_le_bytes).collect()),
    ]
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_told(bytes in any_file(), legacy in any::<bool>()) {
        let encoding = legacy.then_some(encoding_rs::SHIFT_JIS);
        let list = read_as(&bytes, &ReadOptions { encoding, name: "cleaned_x.csv".into() });
        let lines = bytes.iter().filter(|byte| matches!(byte, b'\n' | b'\r')).count() + 1;
        for told in list.rejected.iter().chain(&list.notes) {
            prop_assert!((1..=lines).contains(&told.line), "{told:?}");
        }
        for one in &list.imported {
            prop_assert!(Address::read(&one.subscriber.address).is_ok());
            let texts = [&one.subscriber.name, &one.subscriber.language, &one.subscriber.consent.source];
            let fields = one.subscriber.fields.iter().flat_map(|(name, text)| [name, text]);
            for text in texts.into_iter().flatten().chain(&one.subscriber.tags).chain(fields) {
                prop_assert!(!text.is_empty() && text.trim() == text && !text.contains(|c: char| c.is_control() && c != '\t'), "{text:?}");
            }
        }
    }
}
