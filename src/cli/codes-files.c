/* SPDX-License-Identifier: Apache-2.0 */
#include "codes.h"
#include "upbeat/base.h"

/* Codes about YAML, about keys and values in any file, and about settings, accounts and holidays. */
const struct ub_code cli_codes_files[] = {
	{ "account-ours", "an account is the organization itself",
	    "A list of customers often has the company itself in it. Nobody of its domains is a guest, so it "
	    "has no customer meetings, but reviews as a customer has. Leave it out of what the source gives.",
	    "id,domains\nus,ours.example", NULL },
	{ "account-twice", "two accounts have one id",
	    "The id tells an account from all others. Give one of the two another id.",
	    "- id: acme\n- id: acme", "- id: acme\n- id: acme-france" },
	{ "accounts-lost", "too many accounts are gone at once",
	    "An export that broke off looks like customers who have all left. What was read before stays in "
	    "force. `upbeat refresh --force` takes the new reading, and `max_loss` of the source says how "
	    "many "
	    "may go.",
	    NULL, NULL },
	{ "bad-plugin", "a plugin cannot be used",
	    "The module was made for another version, or it is none, or it does not do what plugins have to. "
	    "Compile it with the header upbeat/plugin.h of this version, or ask its author.",
	    NULL, NULL },
	{ "cannot-keep", "accounts cannot be kept for the next start",
	    "What was read of an account source is kept in a file beside the store, for a start while the "
	    "source fails. The message says why that file cannot be written.",
	    NULL, NULL },
	{ "cannot-read", "a file or directory cannot be read",
	    "The message says why: the file is missing or too large, or this user may not read it. Paths in "
	    "the settings start at the directory of the settings file.",
	    NULL, NULL },
	{ "client-certificates", "clients are asked for certificates, and do not speak TLS",
	    "A client shows its certificate when a TLS connection is opened. Where a front before Upbeat "
	    "ends "
	    "TLS, it is the front that asks.",
	    "client_certificates: {ca: people.pem}",
	    "tls: {certificate: cal.pem, key: cal.key}\nclient_certificates: {ca: people.pem}" },
	{ "control-character", "a control character in a text file",
	    "Such a character cannot be seen in an editor and has no meaning here. Often it was pasted in. "
	    "Delete it.",
	    NULL, NULL },
	{ "deliver-without-mail", "mails are to be sent, and nobody knows by which server",
	    "Colleagues are invited by mail where the settings name a mail server. Without one, leave "
	    "`deliver` to "
	    "`auto`.",
	    "deliver: mail",
	    "mail: {server: \"smtp://127.0.0.1\", from: upbeat@ours.example}\ndeliver: mail" },
	{ "deliver-without-service", "copies are to be written, and nobody can write them",
	    "Only a service account may write into colleagues' calendars. Without one, leave `deliver` to "
	    "`auto`.",
	    "deliver: copies", "service: {user: upbeat, password_file: service-password}\ndeliver: copies" },
	{ "domain-twice", "two accounts have one domain",
	    "The domain of a guest's address leads to one account. Take the domain out of one of the two.",
	    NULL, NULL },
	{ "duplicate-key", "a key is given twice in one map",
	    "YAML would silently take the last of the two. Delete one, or merge their values.",
	    "title: Prep\ntitle: Preparation", "title: Preparation" },
	{ "empty-file", "the file holds nothing",
	    "An empty file is more likely an accident than meant. Fill the file, or delete it.", NULL,
	    "format: 1\nrules: []" },
	{ "field-differs", "two account sources declare one field differently",
	    "Rules know a field by its name alone. So the field has one type and one audience everywhere.",
	    NULL, NULL },
	{ "file-too-large", "the file is too large",
	    "Files are read whole, and so their size has a limit. Split the file into several.", NULL, NULL },
	{ "free-mail", "a mail provider's domain as an account's",
	    "Everybody can have an address at such a domain, and all their meetings would be this account's. "
	    "Name the person instead.",
	    "domains: [gmail.com]", "stakeholders:\n  - email: jo.doe@gmail.com" },
	{ "holidays-unnamed", "the settings name no holidays",
	    "Items would come on Christmas Day, too: no day off applies unless a calendar is named. The help "
	    "line lists the calendars that the rule directories have; upbeat-rules(5) says what is in the "
	    "shipped ones. Write `holidays: []` if there is nothing to name.",
	    "organization:\n  domains: [ours.example]",
	    "organization:\n  domains: [ours.example]\n  holidays: [de-by]" },
	{ "listen-many", "too many places to listen at, or none, or one of them twice",
	    "Clients come to one address and port, or to each of a list of them.", "listen: []",
	    "listen: [127.0.0.1:8642, \"unix:/run/upbeat/http\"]" },
	{ "listen-mode", "a mode for what is no unix socket",
	    "A unix socket has a mode, as a file has one. Whoever reaches an address may connect to it.",
	    "listen: {address: 127.0.0.1:8642, mode: \"0600\"}",
	    "listen: {address: \"unix:/run/upbeat/http\", mode: \"0600\"}" },
	{ "listen-tls", "TLS is wanted at an address, and there is no certificate",
	    "The certificates stand under `tls`, beside `listen`, and are for all addresses whose `tls` is "
	    "not `no`.",
	    "listen: {address: 127.0.0.1:8642, tls: yes}",
	    "listen: {address: 127.0.0.1:8642, tls: yes}\ntls: {certificate: cal.pem, key: cal.key}" },
	{ "mail-exposed", "other users can read the password for the mail server",
	    "Whoever reads it can send mails in your name. Only the daemon's user needs the file: chmod 600.",
	    NULL, NULL },
	{ "mail-file", "the password for the mail server cannot be read",
	    "The file has the password alone, in one line. Without it, mails to colleagues wait.", NULL,
	    NULL },
	{ "mail-secret", "the user for the mail server has no password, or a password nobody",
	    "Whoever signs in has a name and a password. The password stands in a file of its own, never in "
	    "the "
	    "settings.",
	    "mail: {server: \"smtps://upbeat:s3cret@mail.ours.example\", from: upbeat@ours.example}",
	    "mail:\n  server: smtps://mail.ours.example\n  from: upbeat@ours.example\n  user: upbeat\n"
	    "  password_file: mail-password" },
	{ "mail-tls", "the mail server is spoken to with TLS and without",
	    "`plain` is for a server that speaks no TLS, and `ca` for one that does.",
	    "mail: {server: \"smtps://mail.ours.example\", from: upbeat@ours.example, plain: yes}",
	    "mail: {server: \"smtps://mail.ours.example\", from: upbeat@ours.example}" },
	{ "matches-nobody", "an address or pattern that none of our people can be meant by",
	    "Ours are those whose addresses are in `organization.domains`, or below these domains. An entry "
	    "of "
	    "`people` for any other address is without effect, and nobody is invited by such an address in a "
	    "team. "
	    "Is it misspelt, or is a domain missing?",
	    "domains: [ours.example]\npeople:\n  - match: \"*@us.our.example\"",
	    "domains: [ours.example]\npeople:\n  - match: \"*@us.ours.example\"" },
	{ "kept-broken", "accounts that were kept cannot be used",
	    "The file beside the store that has the last good reading of an account source is damaged. It is "
	    "written anew when the source answers.",
	    NULL, NULL },
	{ "missing-key", "a key that is required is missing",
	    "The help line says what the key is for, or how its value may look. A rule needs a name and "
	    "something to do. An event needs a title, a time and a duration. A task needs a title and a due "
	    "time.",
	    "- event: prep\n  title: Prep\n  at: 1h before start",
	    "- event: prep\n  title: Prep\n  at: 1h before start\n  duration: 15m" },
	{ "needs-restart", "this setting changes with a restart only",
	    "The daemon goes on with the value from its start. All other changes are in force.", NULL, NULL },
	{ "no-component", "a holiday file without an event",
	    "The file is a calendar, but has no event in it.", NULL, NULL },
	{ "no-domains", "the settings do not say who is one of us",
	    "A customer meeting has people from inside and from outside. Without the domains of your own "
	    "addresses, nobody is from inside.",
	    NULL, "organization:\n  domains: [ours.example]" },
	{ "no-holidays", "there is no such holiday calendar",
	    "A name stands for holidays/NAME.ics of a rule directory. A path has a slash in it, or ends in "
	    ".ics.",
	    "holidays: [germany]", "holidays: [de]" },
	{ "not-a-calendar", "a holiday file that is no calendar",
	    "Holiday files are iCalendar (RFC 5545) and begin with `BEGIN:VCALENDAR`.", NULL, NULL },
	{ "not-utf-8", "the file is not UTF-8", "Save the file in the encoding UTF-8.", NULL, NULL },
	{ "nul-byte", "a holiday file with a NUL byte", "The file is no text. Download the file anew.", NULL,
	    NULL },
	{ "out-of-range", "a number is too small or too large", "The message says what is possible.", NULL,
	    NULL },
	{ "public-suffix", "a domain below which anybody can register",
	    "Such a domain belongs to no single company. Name the domains below it.", "domains: [co.uk]",
	    "domains: [acme.co.uk]" },
	{ "rule-too-long", "a recurrence rule that is too long",
	    "A holiday that repeats needs a short RRULE only.", NULL, NULL },
	{ "no-account-of", "people of a source belong to no account",
	    "A source that knows people, like an address book, does not name their accounts. They are found "
	    "by the addresses, as those of guests are, or by the organization's name. The people are left "
	    "out "
	    "until an account has them.",
	    NULL, NULL },
	{ "no-owner", "an account has no owner",
	    "Reviews of an account stand in its owner's calendar, so that an account without one gets none.",
	    "{id: acme, name: Acme}", "{id: acme, name: Acme, owner: alice@ours.example}" },
	{ "no-parent", "the parent of an account is no account",
	    "`parent` is the id of another account, of any source.", "parent: Acme Group", "parent: acme" },
	{ "no-plugin", "there is no such account source or event sink",
	    "The source `yaml` is built in. Every other name is that of a plugin, a file NAME.so in the "
	    "directory that "
	    "the "
	    "help line names.",
	    "source: cvs", "source: csv" },
	{ "owner-not-ours", "the owner of an account is none of us",
	    "Reviews of an account stand in its owner's calendar. Whose address is in none of the "
	    "organization's domains has none here, so that the account gets no reviews.",
	    "owner: alice@gmail.com", "owner: alice@ours.example" },
	{ "parent-circle", "an account is a part of itself",
	    "Parents lead back to where they began, so that nobody stands above. The account that all others "
	    "belong to has no `parent`.",
	    "- {id: acme, parent: acme-de}\n- {id: acme-de, parent: acme}",
	    "- {id: acme}\n- {id: acme-de, parent: acme}" },
	{ "plugin-crashed", "a plugin has ended the engine",
	    "The engine has died twice while the plugin was at work. The other sources and sinks go on "
	    "without it until the daemon reads its settings again.",
	    NULL, NULL },
	{ "several-objects", "a holiday file with several calendars",
	    "Put each calendar into a file of its own.", NULL, NULL },
	{ "service-exposed", "other users can read the secret of the service account",
	    "Whoever reads it can change every calendar that the account may change. Only the daemon's user "
	    "needs the file: chmod 600.",
	    NULL, NULL },
	{ "service-file", "the secret of the service account cannot be read",
	    "The file has the password or the token alone, in one line. Without it, users' work waits for "
	    "their own next requests.",
	    NULL, NULL },
	{ "service-secret", "the service account has no secret, or two",
	    "The account signs in with a name and a password, or with a token. Secrets stand in files of "
	    "their own, never in the settings.",
	    "service: {user: upbeat, password: s3cret}",
	    "service: {user: upbeat, password_file: service-password}" },
	{ "sink-failed", "an event sink cannot be used, or cannot deliver",
	    "The message says what is wrong. Events wait until the sink takes them; of more than 20,000 the "
	    "oldest go. `upbeat status` tells how many wait.",
	    NULL, NULL },
	{ "sink-late", "an event sink takes too long",
	    "The sink is still at work. Until it answers, its events wait. `timeout` of the sink says how "
	    "long it may take.",
	    NULL, NULL },
	{ "sink-odd", "something in an event sink looks wrong",
	    "The sink is used even so. The message says what may be missed.", NULL, NULL },
	{ "sink-twice", "two event sinks have one name",
	    "Upbeat remembers by the name how far a sink is. Without a name of its own, a sink is called "
	    "like "
	    "its plugin.",
	    "events:\n  - {sink: log, path: a.log}\n  - {sink: log, path: b.log}",
	    "events:\n  - {sink: log, path: a.log}\n  - {sink: log, name: second, path: b.log}" },
	{ "source-failed", "an account source cannot be read",
	    "The message says what is wrong, and where. Nothing of that reading is used: what was read "
	    "before "
	    "stays in force, and `upbeat status` tells how old it is.",
	    NULL, NULL },
	{ "source-kept", "accounts are from before the start",
	    "The source has not answered since the daemon began, so that the daemon goes by what was read "
	    "before and kept beside the store. `upbeat status` tells how old that is.",
	    NULL, NULL },
	{ "source-late", "an account source takes too long",
	    "The source is still at work. Until it answers, what was read before stays in force. `timeout` "
	    "of the source says how long it may take.",
	    NULL, NULL },
	{ "source-odd", "something in an account source looks wrong",
	    "The source was read even so. The message says what may be missed.", NULL, NULL },
	{ "span", "this is no length of time", "A length of time is a number and a unit: s, m, h or d.",
	    "deletion_grace: 30", "deletion_grace: 30s" },
	{ "stakeholder-twice", "two accounts name one stakeholder",
	    "A person's address leads to one account. Take the person out of one of the two.", NULL, NULL },
	{ "tab", "a tab in a YAML file", "Indent with blanks. In a text, write `\\t` in double quotes.", NULL,
	    NULL },
	{ "tls-denied", "a certificate, key or authority that you may not read",
	    "Whether the file is good cannot be told. The daemon may run as another user, who can: call this "
	    "as "
	    "that user.",
	    NULL, NULL },
	{ "tls-file", "a certificate, key or authority that cannot be used",
	    "The message says which file, and what is wrong. The daemon would not start with it. All are PEM "
	    "files, and a key has no passphrase.",
	    NULL, NULL },
	{ "too-deep", "things are nested too deep",
	    "Something stands deeper than any reader would follow: lists and maps, brackets of an "
	    "expression, sections, or templates that include each other. Move a part out, into a `define` or "
	    "a template of its own. Of definitions that build upon each other, join some.",
	    NULL, NULL },
	{ "too-large", "a holiday file is too large", "Cut years that are past.", NULL, NULL },
	{ "too-many", "there are more than allowed",
	    "The message says how many are possible. Split the list, for example into two rules.", NULL,
	    NULL },
	{ "too-many-lines", "a holiday file with too many lines", "Cut years that are past.", NULL, NULL },
	{ "too-many-values", "too many values in one file", "Split the file into several.", NULL, NULL },
	{ "unknown-key", "there is no such key here",
	    "The key is misspelt, or its indentation makes it part of something else. Nobody would read such "
	    "a key, and so it is refused.",
	    "whem: meeting.customer", "when: meeting.customer" },
	{ "unknown-time-zone", "there is no such time zone",
	    "Zones have the names of the tz database: a region, a slash, a city.", "time_zone: CET",
	    "time_zone: Europe/Berlin" },
	{ "unknown-word", "not one of the possible words",
	    "The field takes one of a few words. The help line has them.", "prefer: earlist",
	    "prefer: earliest" },
	{ "upstream-equals", "servers of one list that are not equal",
	    "Each server of a list gets any request, so that all of them have the same paths. A server for "
	    "other paths has an entry of its own in `other_upstreams`.",
	    "upstream: [https://a.example/dav, https://b.example/cal]",
	    "upstream: [https://a.example/dav, https://b.example/dav]" },
	{ "upstream-is-upbeat", "the upstream is Upbeat itself",
	    "Each request would come back as the next one, without end. `listen` is the address for clients, "
	    "`upstream` is the address of the CalDAV server.",
	    NULL, NULL },
	{ "upstream-many", "too many servers",
	    "The message says how many are possible. A balancer before the servers takes more.", NULL, NULL },
	{ "upstream-password", "a user in the upstream's address",
	    "Clients log in with their own credentials, which are passed on.",
	    "upstream: https://me:secret@dav.example", "upstream: https://dav.example" },
	{ "upstream-path", "no path that requests can lie under",
	    "A path in the address means that the upstream has what lies under it. It is compared with what "
	    "requests mean, and so it is written plainly: no query, no escapes, no empty or dotted parts.",
	    "upstream: https://dav.example/dav/../cal/", "upstream: https://dav.example/cal/" },
	{ "upstream-plain", "passwords would pass unencrypted",
	    "Clients' passwords go on to the server as they come. On the way to another machine, TLS keeps "
	    "them from being read.",
	    "upstream: http://dav.example:80", "upstream: https://dav.example" },
	{ "upstream-socket", "the path of a unix socket is too long",
	    "The kernel's addresses of sockets have room for 107 bytes.", NULL, NULL },
	{ "upstream-tls", "TLS is set for a server that is spoken to without it",
	    "`upstream_tls` says how a certificate is checked, and only `https://` has one.", NULL, NULL },
	{ "upstream-twice", "two upstreams for the same requests",
	    "Nobody could say which of them has a request. They differ in the paths of their URLs, or in "
	    "their `hosts`.",
	    "other_upstreams: [https://wiki.example]",
	    "other_upstreams: [{url: https://wiki.example, hosts: wiki.ours.example}]" },
	{ "working-hours", "these are no working hours", "Working hours are days and times.",
	    "working_hours: 9 to 5", "working_hours: Mon-Fri 09:00-17:00" },
	{ "wrong-value", "a value of another kind is expected",
	    "The message says what is expected and what was found: a list in the place of one text, a word "
	    "in the place of true or false, nothing after a key.",
	    "busy: maybe", "busy: false" },
	{ "yaml-alias", "an unquoted `*` begins a YAML alias", "Quote the text.", "title: *Important*",
	    "title: \"*Important*\"" },
	{ "yaml-anchor", "an unquoted `&` begins a YAML anchor", "Quote the text.", "title: &more",
	    "title: \"&more\"" },
	{ "yaml-block", "a block's text on the line of its `|` or `>`",
	    "The text of a block begins on the next line, indented.", "when: > meeting.customer",
	    "when: >\n  meeting.customer" },
	{ "yaml-braces", "an unquoted `{` begins a YAML map", "A text that begins with a tag needs quotes.",
	    "title: {{ meeting.title }}", "title: \"{{ meeting.title }}\"" },
	{ "yaml-brackets", "an unquoted `[` begins a YAML list",
	    "A text that begins with a bracket needs quotes.", "title: [Prep] call",
	    "title: \"[Prep] call\"" },
	{ "yaml-colon", "a colon and a blank in an unquoted text",
	    "A colon and a blank make a key of the text before them. Quote the text.", "title: Prep: call",
	    "title: \"Prep: call\"" },
	{ "yaml-comment", "a blank and `#` in an unquoted text",
	    "A blank and `#` begin a comment, which cuts the text. Quote the text.", "title: Prep #1",
	    "title: \"Prep #1\"" },
	{ "yaml-documents", "several documents in one file",
	    "A line `---` begins another document. Split the file, or delete the line.", NULL, NULL },
	{ "yaml-escape", "no such escape in double quotes",
	    "In double quotes, a backslash begins an escape. In single quotes, a backslash is a backslash.",
	    "when: \"title.matches('\\d')\"", "when: 'title.matches(\"\\d\")'" },
	{ "yaml-indentation", "a line is not indented like its neighbours",
	    "Keys of one map begin in the same column. What belongs to a key is indented deeper.",
	    "- name: prep\n   when: meeting.customer", "- name: prep\n  when: meeting.customer" },
	{ "yaml-key", "this is no `key: value`", "A key is a text with a colon and a blank behind it.",
	    "when meeting.customer", "when: meeting.customer" },
	{ "yaml-list", "a list begins on the line of its key",
	    "The first `- ` of the list stands on the next line.", "create: - event: prep",
	    "create:\n  - event: prep" },
	{ "yaml-merge", "a YAML merge key", "The merge key `<<:` is not used here. Write the keys out.", NULL,
	    NULL },
	{ "yaml-quotes", "text behind a closing quote", "Put the whole text between the quotes.",
	    "title: \"Prep\" call", "title: '\"Prep\" call'" },
	{ "yaml-reserved", "a character that cannot begin an unquoted text", "Quote the text.",
	    "title: @home", "title: \"@home\"" },
	{ "yaml-syntax", "this is not YAML", "The message has the parser's own words.", NULL, NULL },
	{ "yaml-tag", "a YAML tag",
	    "YAML's tags are not used here. A text that begins with `!` needs quotes.",
	    "when: !meeting.customer", "when: \"!meeting.customer\"" },
	{ "yaml-unclosed", "a quote or bracket is never closed",
	    "Close the quote or bracket on the same line.", "title: \"Prep call", "title: \"Prep call\"" },
	{ "yaml-value", "a value is missing", "Something must stand here.", NULL, NULL },
};

const size_t cli_n_codes_files = UB_COUNT(cli_codes_files);
