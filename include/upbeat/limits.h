/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_LIMITS_H
#define UPBEAT_LIMITS_H

/*
 * Every limit of the program. Sizes are in bytes and times in milliseconds, unless the name or the comment
 * says otherwise. Each limit is tested at the limit and one past it.
 */

/* How many times as long the program's parts wait for each other: more than once in a build for a tool that
 * makes programs slow (make check-valgrind). */
#ifndef UB_SLOWNESS
#define UB_SLOWNESS 1
#endif

/* base */
#define UB_ARENA_CHUNK   (16u * 1024) /* the first piece of an arena; what is larger has its own */
#define UB_ARENA_MORE    (64u * 1024) /* a later one, of whose last nearly all may be unused */
#define UB_DIAG_MAX      1000         /* further diagnostics of a list are counted, not kept */
#define UB_DIAG_LINE_MAX 200          /* of a source line that is shown with a diagnostic */

/* net */
#define UB_NET_PROXY_MAX 4096 /* a header of the PROXY protocol */

/* cal */
#define UB_TZIF_MAX             (64u * 1024) /* one zone's file */
#define UB_ZONE_CHANGES_MAX     2000         /* changes of offset that a zone lists */
#define UB_ZONE_NAME_MAX        64
#define UB_ZONES_MAX            1024 /* different zones of one set */
#define UB_HOURS_PER_DAY_MAX    6    /* periods of work in a day */
#define UB_SPAN_MAX             100000
#define UB_BUSINESS_SEARCH_DAYS 3660 /* days within which a business day is looked for */
#define UB_WINDOW_DAYS_MAX      800  /* days whose working time is laid out at once */

/* http: the engine's own requests */
#define UB_CLIENT_CONNECT_MS 5000
#define UB_CLIENT_TIMEOUT_MS 30000
#define UB_CLIENT_BODY_MAX   (4u * 1024 * 1024)
#define UB_DAV_ADDRESSES_MAX 32 /* addresses of a principal; further ones are not looked at */
#define UB_DAV_HOMES_MAX     16
#define UB_DAV_FOUND_MAX     8  /* principals of one search that are looked at */
#define UB_DAV_CALENDARS_MAX 32 /* calendars of one user in which a meeting is looked for, and */
#define UB_DAV_SAME_UID_MAX  4  /* objects of one calendar that may be it; with more the search was none */
/* cel */
#define UB_CEL_TEXT_MAX    (64u * 1024)   /* an expression */
#define UB_CEL_DEPTH_MAX   250            /* nested sub-expressions */
#define UB_CEL_LAZY_MAX    64             /* lazy variables of which each reads the next */
#define UB_CEL_ISSUE_MAX   100            /* further issues of an expression are not kept */
#define UB_CEL_PATTERN_MAX 4096           /* a regular expression */
#define UB_CEL_PRINT_MAX   (1024u * 1024) /* text of a list or map, about */
#define UB_CEL_SHOWN_MAX   2000 /* text of a list or map that is shown to people, about a screenful */
#define UB_CEL_NESTING_MAX 1000 /* lists in lists; deeper ones are equal to nothing, and cut when printed */
#define UB_CEL_COST_MAX    1000000 /* steps of one evaluation, unless the caller says otherwise */

/* tmpl */
#define UB_TEMPLATE_SIZE_MAX    (64u * 1024) /* a template's text */
#define UB_TEMPLATE_NESTING_MAX 32           /* sections in sections */
#define UB_TEMPLATE_DEPTH_MAX   16           /* templates in templates */
#define UB_TEMPLATE_NODES_MAX   10000        /* nodes of a template with all that it includes */
#define UB_TEMPLATE_WEIGHT_MAX  100
#define UB_TEMPLATE_TIMED_MAX   50           /* timed sections of one rendering; further ones are not timed */
#define UB_TEMPLATE_STEPS_MAX   100000       /* nodes of one rendering */
#define UB_TEMPLATE_OUTPUT_MAX  (64u * 1024) /* one rendering, without the mark that it was cut */
#define UB_TEMPLATE_LINE_MAX    255          /* a one-line template's result */

/* sys */
#define UB_FD_MIN        16   /* an engine inherits lower numbers */
#define UB_LOG_LINE_MAX  4096 /* PIPE_BUF: a single write to a pipe is never torn */
#define UB_LOG_PACE_MS   60000
#define UB_TRIM_MS       60000  /* until memory that nobody uses is given back to the kernel */
#define UB_DIRECTORY_MAX 100000 /* entries of a directory that are listed */
/* Processor time of one reading of a calendar object. The slowest sound object takes some 5 ms, and no more
 * where the machine is busy, as time without the processor does not count. */
#define UB_READING_MS         (1000 * UB_SLOWNESS)
#define UB_READING_KEYLESS_MS (60000 * UB_SLOWNESS) /* the same where no key is to blame */
#define UB_READING_LOOK_MS    100                   /* between looks at who reads */
#define UB_SECRETS_LOCKED     (1024 * 1024) /* bytes of secrets that are kept from swap devices; a power of 2 */
#define UB_SECRET_MAX         4096          /* a password or a token in a file */

/* http */
#define UB_HTTP_HEAD_MAX       (32u * 1024)
#define UB_HTTP_FIELDS_MAX     128
#define UB_HTTP_START_MAX      (8u * 1024) /* a request line (RFC 9112 3) */
#define UB_HTTP_METHOD_MAX     64
#define UB_HTTP_CHUNK_LINE_MAX 1024u /* a chunk's size and extensions */
#define UB_HTTP_TRAILERS_MAX   (8u * 1024)
#define UB_HTTP_LENGTH_DIGITS  18
#define UB_HREF_MAX            (16u * 1024) /* longer hrefs have no canonical form */

/* wire */
#define UB_WIRE_FRAME_MAX (128u * 1024)
#define UB_WIRE_BODY_MAX  (64u * 1024) /* a meeting that rules may amend; larger meetings stay as they are */
/* Open files that come with one frame: a socket for each loop of a relay, and of the one before it. */
#define UB_WIRE_FILES_MAX     (2 * UB_RELAY_THREADS_MAX)
#define UB_WIRE_WAITING_BYTES 512                /* a bit for each bucket of principals */
#define UB_WIRE_OBJECT_BITS   (8u * 1024 * 1024) /* two for each name that the engine knows */
#define UB_WIRE_PIECE_MAX     (32u * 1024)       /* the part of a reply in one frame */

/* control socket */
#define UB_CONTROL_ASK_MS      1000                 /* time for a client to say what it wants */
#define UB_CONTROL_REPLY_MS    3000                 /* time for the client to read all of the answer */
#define UB_CONTROL_REFRESH_MS  4000                 /* time for account sources to be looked at */
#define UB_CONTROL_PATIENCE_MS (5000 * UB_SLOWNESS) /* the client's patience from one piece to the next */
#define UB_STATUS_KEYS_SHOWN   20                   /* keys of each state, shown to people */
#define UB_STATUS_KEYS_MAX     1000                 /* keys shown to programs */

/* cli */
#define UB_CLI_INPUT_MAX                                                                                     \
	(16u * 1024 * 1024) /* an event or an expression; their readers have limits of their own */

#define UB_TEST_DIRECTORIES_MAX 16 /* directories of one run of `test` */

/* configuration */
#define UB_LISTENS_MAX            16 /* places that clients come to */
#define UB_UPSTREAMS_MAX          16 /* upstreams, */
#define UB_SERVERS_MAX            16 /* and servers of one that are equal */
#define UB_DELETION_GRACE_SECONDS 30 /* seconds, unless the settings say otherwise */
#define UB_SETTINGS_MAX           (1024u * 1024)
#define UB_RULE_FILE_MAX          UB_YAML_BYTES_MAX /* each file of rules, templates or holidays */
#define UB_SYNC_SECONDS           30 /* seconds between two looks for changes in a calendar, the same */
#define UB_SYNC_SECONDS_MAX       65535
/* queue and pass */
#define UB_AUTHORIZATION_MAX       8192
#define UB_CREDENTIAL_MS           60000 /* time for which a caller's credentials are kept, at most */
#define UB_ENGINE_WORKERS          4
#define UB_LEASE_MS                120000 /* time that a pass may take before another one may begin */
#define UB_RETRY_MS                1000   /* pause before the second try; doubled each time */
#define UB_RETRY_MAX_MS            30000
#define UB_RETRY_PATIENT           20 /* tries with pauses up to that; then the pauses grow on, up to */
#define UB_RETRY_LATE_MS           (3600 * (int64_t)1000) /* an hour */
#define UB_DOUBLES_LOOKS_MAX       20 /* meetings at the time of another one that may be the same */
#define UB_HISTORY_LOOKS_MAX       8 /* meetings looked at anew when another one is the next with their account */
#define UB_HISTORY_EXECUTIVES_DAYS 90 /* days for which an executive who came counts as met */
#define UB_FAILURES_MAX            12 /* refusals in a row until a key is set aside: within about an hour */
#define UB_REDIRECTS_MAX           256 /* redirected writes that are kept until they are repeated at the new place */
#define UB_PASSED_MAX              1000 /* meetings that get nothing and are remembered in memory, for explain */
#define UB_KNOWN_MAX               100000 /* principals that the queue remembers without the store */
#define UB_STRANGERS_STORED        64     /* strangers' keys in the store; more stay in memory */
#define UB_UNUSABLE_MAX            1000   /* callers who are named whose sign-in cannot be used again */
#define UB_UNUSABLE_NAME_MAX       100    /* bytes of such a name */
#define UB_UNUSABLE_SHOWN          10     /* such names, shown to people */
#define UB_SCHEME_SHOWN            20     /* bytes of the name of a way to sign in */
#define UB_SERVICE_PAUSE_MS        60000  /* until a refused service account is tried again; it grows */
#define UB_IDLE_MS                 1000 /* between looks at the store while nothing is known to become due */
#define UB_UNKEPT_MS               100 /* until what the store was told is kept, while there is nothing else to do */
#define UB_UNKEPT_TIMES_MS         1000 /* the same of when people are taken, as a look at their calendars tells */
#define UB_LONE_BATCH              64            /* lone objects whose times are remembered in one turn */
#define UB_LONE_BUSY_MS            5             /* until that is tried again while somebody chooses times */
#define UB_LATEST_WRITES           4096          /* places for when an href was last written to */
#define UB_KNOWN_OBJECTS           (512u * 1024) /* shown to the relay, before what is forgotten is taken out */
#define UB_ENGINE_NICE             5             /* steps by which the engine gives way to the relay */
#define UB_ENGINE_ARENAS           1             /* of malloc(3): of others the end is not given back */
#define UB_SWEEP_MS                1000 /* between looks for credentials whose time is up, and for whom keys wait */
#define UB_UPKEEP_MS               (86400 * (int64_t)1000) /* between looks for what may be forgotten: */
#define UB_CLOCK_TRUSTED_MS        (3600 * (int64_t)1000)  /* that a clock has to go on, before that */
#define UB_REMEMBER_MS             (366 * UB_UPKEEP_MS)    /* meetings after their end, and their items */
#define UB_HISTORY_MS              (731 * UB_UPKEEP_MS) /* what is known of meetings and items, for reports */
#define UB_WAIT_MS                 (90 * UB_UPKEEP_MS)  /* keys whose user is not heard of any more */
#define UB_ACCOUNTS_REFRESH_MS     30000                /* between looks at the account sources */
#define UB_MEND_MS                 5000 /* between looks whether rules with mistakes are mended */
#define UB_AMEND_MS                (100 * UB_SLOWNESS) /* time until a meeting goes on as it came */
#define UB_AMENDED_OPEN            256                 /* amended writes between announcement and answer */
#define UB_AMENDED_LATELY          1024   /* additions to meetings that no pass may have looked at yet */
#define UB_BATCH_MAX               256    /* frames of one turn: their keys make one transaction */
#define UB_WRITES_MAX              10000  /* writes between announcement and answer */
#define UB_CREDENTIALS_MAX         100000 /* principals whose credentials are kept */
#define UB_IDENTITY_SECONDS        300    /* time for which it is believed whose a collection is */
#define UB_IDENTITY_CACHE_BYTES    (1024u * 1024)

#define UB_POLLED_MAX            20000 /* users' calendars of which it is known when they were last looked at */
#define UB_SERVICE_POLLS_MAX     1000 /* calendars that the settings name for the service account to look at, */
#define UB_SERVICE_POLLS_AT_ONCE 2    /* of which it looks at so many at once */
#define UB_SYNC_CHANGES          500 /* changes of one calendar that are asked for in one request, */
#define UB_SYNC_REQUESTS         10  /* such requests of one look, */
#define UB_SYNC_LOOKS            500 /* objects that are looked at for them; the others at the next look */
#define UB_SYNC_LISTED           20000 /* objects of a calendar that can be followed where it has to be listed */
#define UB_MULTIGET              200 /* objects that are asked for in one request */
#define UB_SYNC_REFUSALS         2   /* tokens refused in a row until the calendar is listed instead */
#define UB_KEYS_AT_ONCE          32  /* keys of one pass that become due together, */
#define UB_KEYS_MS               1000 /* and the time between these and the next ones: others come in between */
#define UB_AGENDA_SECONDS        86400 /* between writings of an agenda alone, where each is a message to guests */
#define UB_AGENDA_NEAR_SECONDS   7200  /* before the item, when it is written once more */
#define UB_LOOKS_KEPT            65536 /* versions of objects that were looked at, a power of two */
#define UB_VERSION_DIGEST_BYTES  16    /* of the digest that tells an object's versions without ETag apart */
#define UB_UID_SEARCHES_MAX                                                                                  \
	6 /* tries to look for a meeting or an item by its UID; then it is gone, within two minutes */
#define UB_LEFTOVER_MS                                                                                       \
	INT64_C(86400000) /* for so long a calendar is searched for what was removed elsewhere */

/* freebusy */
#define UB_FREEBUSY_LOOK_MS   10000 /* that one look at the server may take, and another one is waited for */
#define UB_FREEBUSY_KEPT_MS   60000 /* for which an answer is good, where nothing new is to be placed */
#define UB_FREEBUSY_WAIT_MS   30000 /* for which new items wait for a server that does not answer */
#define UB_FREEBUSY_REACH     (INT64_C(62) * 24 * 3600) /* seconds from the first day that is asked for */
#define UB_FREEBUSY_CALENDARS 16                        /* of one person */
#define UB_FREEBUSY_SHUT_MS   600000 /* for which a way to learn something is not gone that leads nowhere */
#define UB_FREEBUSY_SHOWN_MAX 200    /* bytes of a server's own words that are told */
#define UB_FREEBUSY_BYTES     (4u * 1024 * 1024) /* all that is remembered */

/* tls */
#define UB_USER_FIELD_MAX 64    /* characters of the name of a field that names a user */
#define UB_TLS_LOOK_MS    10000 /* for which one look at a certificate waits */

/* plugins */
#define UB_PLUGIN_CLOSE_MS 1000 /* time in which a plugin's thread may end by itself */
#define UB_PLUGIN_TURN_MS                                                                                    \
	5000 /* for which a plugin under suspicion, and others beside it, wait for their turn */

/* directory */
#define UB_SOURCE_TIMEOUT_SECONDS 60 /* seconds that one look may take, unless the settings say otherwise */
#define UB_SOURCE_OPEN_MS         10000 /* time for which the first look at the sources is waited for, */
#define UB_SOURCE_WAIT_MS         2000  /* and each later one; what comes later is taken at the next look */
#define UB_SOURCE_PENDING_MS      1000  /* time until the next look for such an answer */
#define UB_ACCOUNTS_LOSS_PERCENT  25    /* accounts that may go at once, unless the settings say otherwise */
#define UB_KEPT_BYTES_MAX         (1024u * 1024 * 1024) /* of one source's reading, kept for the next process */
#define UB_KEPT_SECONDS           60 /* between times that are noted at which what is kept still held */

/* mail */
#define UB_MAIL_READERS_MAX  200           /* colleagues who are told of one item */
#define UB_MAIL_OBJECT_MAX   (256u * 1024) /* bytes of an item that is told, as a calendar object */
#define UB_MAIL_SUBJECT_MAX  250           /* bytes of a title in a subject */
#define UB_MAIL_NAME_MAX     100           /* bytes of somebody's name */
#define UB_MAIL_LOOK_MS      250           /* between looks for mails that are to be sent */
#define UB_MAIL_BATCH        20            /* mails that are looked for at a time */
#define UB_MAIL_CONNECT_MS   10000
#define UB_MAIL_TIMEOUT_MS   60000 /* for one mail, from the greeting of the server on */
#define UB_MAIL_RETRY_MS     500   /* pause before the second try; doubled each time, up to */
#define UB_MAIL_RETRY_MAX_MS 300000
#define UB_MAIL_OPEN_ENDED_DAYS                                                                              \
	30 /* for which a mail is tried that is about what recurs, and about nothing that ends */

/* events */
#define UB_SINK_TIMEOUT_SECONDS                                                                              \
	60                          /* seconds that one delivery may take, unless the settings say otherwise \
				     */
#define UB_SINK_OPEN_MS        5000 /* time for which `check` waits for a sink */
#define UB_EVENTS_LOOK_MS      1000 /* between looks for events */
#define UB_EVENTS_BATCH        100  /* events that a sink gets at a time */
#define UB_EVENTS_RETRY_MS     1000 /* pause before the second try; doubled each time, up to */
#define UB_EVENTS_RETRY_MAX_MS 300000
#define UB_EVENTS_PAUSE_MAX_MS 3600000 /* pause that a sink may ask for */

/* facts */
#define UB_ADDRESS_MAX 254     /* RFC 5321 4.5.3.1.3: a path has 256 octets with its angle brackets */
#define UB_DAYS_MAX    3652059 /* days of days(): from year 1 to 9999, as many as CEL's durations hold */

/* rules */
#define UB_RULE_NAME_MAX     64 /* the name of a rule, group, item or definition */
#define UB_RULES_MAX         20000
#define UB_DEFINITIONS_MAX   2000         /* definitions of all directories */
#define UB_RULE_FLOW_MAX     4            /* steps of a way that a message tells */
#define UB_RULE_ITEMS_MAX    50           /* items of one rule */
#define UB_RULE_CHAIN_MAX    64           /* items that wait for each other in a row */
#define UB_RULE_CASES_MAX    50           /* cases of one value */
#define UB_RULE_LIST_MAX     20           /* reminders, categories, needs or earlier names */
#define UB_RULE_DURATION_MAX (14 * 86400) /* seconds that an item may take */
#define UB_RULE_REMINDER_MAX (31 * 86400) /* seconds that a reminder may come before its item */
#define UB_RULETEST_DAYS_MAX 1000         /* between two steps of a test, which are lived day by day */
#define UB_RULE_WHY_MAX      400          /* a reason in words; longer ones are cut */
#define UB_RULE_VALUE_MAX    60           /* a value in such a reason */

#define UB_RULE_INSTANCES     2  /* instances of a series that get an item, unless its rule says */
#define UB_RULE_RHYTHM_WEEKS  52 /* the longest period of a rule for accounts */
#define UB_RULE_RHYTHM_MONTHS 12
#define UB_RULE_INSTANCES_MAX 60 /* all that a daily series has within its horizon */

/* series */
#define UB_SERIES_TRIES        62   /* instances that are looked at for what the rules make of them */
#define UB_SERIES_PER_DAY      4    /* instances in a day; what comes more often is no meeting */
#define UB_SERIES_TAKEN        62   /* instances that are known to take people's time */
#define UB_SERIES_APPOINTMENTS 2000 /* times at which somebody is taken by one series */
#define UB_SERIES_HORIZON      (INT64_C(60) * 24 * 3600) /* seconds ahead in which instances are looked for */
#define UB_SERIES_BEYOND       (INT64_C(400) * 24 * 3600) /* and after them, for the next one alone */
#define UB_REVIEWS_A_DAY       3   /* that somebody has in a day, unless the settings say */
#define UB_REVIEWS_A_DAY_MAX   100 /* that the settings may say */
#define UB_RHYTHM_HOLD_DAYS    7   /* that a rhythm is kept before the slower one returns, unless they say */
#define UB_RHYTHM_HOLD_MAX     90  /* days that the settings may say */
#define UB_PERIOD_LEFT_PARTS                                                                                 \
	4 /* a period begins to have a new event while one of so many parts of it is left */
#define UB_PERIOD_NOTICE_PARTS   10 /* one of so many parts of a period is left to invite the customer, but */
#define UB_PERIOD_NOTICE_MAX     5  /* no more business days than this, and one at least */
#define UB_CADENCE_PERIODS       64 /* periods of a rule for accounts that are looked at */
#define UB_CLAIM_MS              (14 * 86400 * (int64_t)1000) /* for which a user who is not heard of keeps an address */
#define UB_OWNERS_TELL_MS        10000 /* until owners whom nobody has seen are logged */
#define UB_OWNERS_SHOWN          20    /* lines about owners, in the log and for people */
#define UB_ACCOUNT_USERS_AT_ONCE 500   /* users whose keys are put in one transaction */
#define UB_CADENCE_REACH                                                                                     \
	(INT64_C(366) * 24 * 3600) /* seconds before and after now in which a series counts for it */
#define UB_CADENCE_BEYOND 3        /* those of them that begin after the horizon, unless items stand there */
#define UB_SERIES_BACK                                                                                       \
	(INT64_C(92) * 24 * 3600) /* seconds back, to know what the items of the past serve                  \
				   */

/* plan */
#define UB_PLAN_STEP   (15 * 60)        /* seconds: slots begin on full quarters of the owner's clock */
#define UB_PLAN_SEARCH (14 * 24 * 3600) /* seconds before or after a full window that are searched too */
#define UB_PLAN_BUSY_REACH                                                                                   \
	(92 * 24 * 3600)          /* seconds before and after a meeting in which people may be busy */
#define UB_PLAN_CONSIDERED_MAX 20 /* lines that tell of the search for one time */
#define UB_PLAN_NIGHT_FROM     22 /* hour of the day: nobody is asked to come then, unless the meeting is */
#define UB_PLAN_NIGHT_UNTIL    6
#define UB_PLAN_GAP_MAX        (4 * 3600) /* seconds between two events that the settings may ask for */
#define UB_TASK_LEAD           (2 * 3600) /* seconds before it is due in which a task can be done, at least */
#define UB_TASK_CURRENT                                                                                      \
	(7 * 86400)           /* seconds before it is due from which a task without a reminder is listed */
#define UB_PLAN_ITEMS_MAX 200 /* items of one meeting; further ones are noted, not made */

/* yaml: a file */
#define UB_YAML_BYTES_MAX   (16u * 1024 * 1024)
#define UB_YAML_DEPTH_MAX   32 /* lists and maps within each other */
#define UB_YAML_NODES_MAX   1000000
#define UB_YAML_SHOWN_MAX   60 /* a longer text is not repeated in a message */
#define UB_YAML_REPAIRS_MAX 20 /* syntax errors of one file that are reported; then the file is given up */

/* clients */
#define UB_CLIENT_KEPT_MS                                                                                    \
	(INT64_C(60) * 86400 * 1000) /* for which a client that is not seen is reckoned with */
#define UB_CLIENT_NOTED_MS (INT64_C(12) * 3600 * 1000) /* between notes that a client was seen */
#define UB_CLIENTS_NOTED   20000                       /* clients of users that are known to be noted */

/* store */
#define UB_STORE_CRASHES_MAX     2                       /* leases that run out until a key is set aside */
#define UB_STORE_DOUBTFUL_OF_ONE 256                     /* doubtful keys of one principal, */
#define UB_STORE_DOUBTFUL_MAX    20000                   /* and of all principals */
#define UB_STORE_HEARD_MS        (86400 * (int64_t)1000) /* between notes that a principal was heard of */
#define UB_STORE_ALIAS_HOPS      5
#define UB_STORE_PLACES          2000 /* objects of one calendar of which something is remembered, that are told */
#define UB_STORE_LOOKS           100   /* meetings that are found to be looked at again, at a time */
#define UB_LOOKS_MS              60000 /* between looks for such meetings */
#define UB_STORE_CACHE_KB        16384 /* of the file that are kept in memory */
#define UB_STORE_LOCK_MS         5000  /* time for which a predecessor's lock is waited for */
#define UB_STORE_CALLED_OFF_MAX  500   /* meetings of one UID, before what is called off is forgotten */
#define UB_STORE_TEXT_MAX        (1024u * 1024)       /* a calendar object to be remembered */
#define UB_STORE_MEMORY_MAX      100000               /* records of each kind in the memory store, */
#define UB_STORE_MEMORY_TEXTS    (256u * 1024 * 1024) /* and bytes of its meetings' texts */
#define UB_EVENTS_MAX            20000                /* events that wait for sinks; then the oldest goes */

/* report */
#define UB_REPORT_BARS_MAX 12  /* bars of one plot */
#define UB_REPORT_ROWS_MAX 500 /* rows of one table of the page */
#define UB_REPORT_DAYS     365 /* days that a report is about, unless it is said since when */

/* ical */
#define UB_ICAL_SIZE_MAX    (1024u * 1024) /* a calendar object */
#define UB_ICAL_LINES_MAX   50000          /* content lines of a calendar object */
#define UB_ICAL_NESTING_MAX 16             /* components in components */
#define UB_ICAL_PEOPLE_MAX  2000           /* attendees; further ones are not looked at */
#define UB_ICAL_UNREAD_MAX  80             /* bytes shown of what is no address */
/* libical takes time for each byte of a value, and for each value of a list. What is beyond is not read. */
#define UB_ICAL_VALUE_MAX   (8u * 1024)       /* bytes of a property's value, and of its parameters */
#define UB_ICAL_TEXT_MAX    (64u * 1024)      /* bytes of a DESCRIPTION */
#define UB_ICAL_HTML_MAX    UB_ICAL_VALUE_MAX /* bytes of a description as HTML; a longer one is plain */
#define UB_ICAL_ABOVE_MAX   32    /* lines above Upbeat's text in a description, but for blank ones */
#define UB_ICAL_VALUES_MAX  2000  /* values of CATEGORIES */
#define UB_ICAL_SAME_MAX    200   /* properties of one name in a component, but for attendees */
#define UB_ICAL_DELEGATES   50    /* to whom one attendee delegates */
#define UB_ICAL_ZONES_MAX   32    /* zones that are looked for in the object itself */
#define UB_ICAL_ADDRESS_MAX 2000  /* bytes of what may have an address in it */
#define UB_ICAL_FAULTS_MAX  20    /* properties of an object that are said not to be read */
#define UB_ICAL_RULE_MAX    512   /* a recurrence rule */
#define UB_ICAL_OBSERVANCES 100   /* STANDARD and DAYLIGHT parts of a VTIMEZONE */
#define UB_SERIES_MAX       2000  /* instances of a series that are given */
#define UB_SERIES_RULES_MAX 4     /* rules of one series */
#define UB_SERIES_STEPS_MAX 20000 /* instances of a series that are gone through */
#define UB_SERIES_YEAR_MIN  1601  /* libical goes by the Julian calendar until 1582 */
#define UB_SERIES_YEAR_MAX  2500  /* the last year in which a series is followed */
#define UB_ICAL_ITERATIONS  2000  /* instances of a recurrence that are looked at */
#define UB_ZONE_YEAR_MAX    2100  /* the year up to which a VTIMEZONE's rules are followed */
#define UB_HOLIDAY_YEAR_MAX 2100
#define UB_HOLIDAYS_MAX     20000 /* days off of one calendar */
/* relay */
#define UB_RELAY_THREADS_MAX     64
#define UB_RELAY_CONNS_MAX       (1u << 20)     /* connections of one thread */
#define UB_RELAY_SLOTS           32             /* whose memory is taken together */
#define UB_RELAY_OWN_FILES       16             /* open files that are no connections, */
#define UB_RELAY_OWN_FILES_LOOP  6              /* and of each thread */
#define UB_RELAY_BUFFER          (32u * 1024)   /* the buffer of each direction through which bytes stream */
#define UB_RELAY_BUFFERS_KEPT    1024           /* unused buffers of one thread */
#define UB_RELAY_HOLD_MAX        (1024u * 1024) /* one body; longer ones are not held */
#define UB_RELAY_CERTIFICATE_MAX 8192           /* characters of one of which the upstream is told */
#define UB_RELAY_HELD_MAX        (64u * 1024 * 1024) /* all bodies that one thread holds */
#define UB_RELAY_ARENA_END       (2u * 1024 * 1024)  /* kept by malloc() for a thread until it is trimmed */
#define UB_RELAY_TURNS_MAX       16            /* buffers or phases of one turn; then others have theirs */
#define UB_RELAY_HANDSHAKES      4             /* steps of handshakes with clients in one turn */
#define UB_RELAY_POOL_MAX        512           /* idle upstream connections of one thread */
#define UB_RELAY_ADDRESSES_MAX   8             /* addresses of the upstream's name */
#define UB_RELAY_INTERIM_MAX     32            /* 1xx answers to one request */
#define UB_RELAY_POLLS           16384         /* places of marks that say when clients have polled */
#define UB_RELAY_MISSED_MAX      1024          /* writes that no engine has confirmed, of one thread */
#define UB_RELAY_MISSED_MS       60000         /* time for which their credentials are kept */
#define UB_RELAY_SLICE_US        100           /* that a thread runs at a time while others want to */
#define UB_RELAY_TELL_MS         10            /* until the engine is told what nothing waits for, */
#define UB_RELAY_TELL_BYTES      (32u * 1024)  /* or so much of it has come together */
#define UB_RELAY_AHEAD_BYTES     (256u * 1024) /* told of writes that go ahead, until one waits */
#define UB_RELAY_COMMIT_MS       (2000 * UB_SLOWNESS)  /* that a write waits for the engine to confirm it, */
#define UB_RELAY_LATE_MS         (250 * UB_SLOWNESS)   /* and while an earlier one has waited in vain */
#define UB_RELAY_HUNG_MS         (30000 * UB_SLOWNESS) /* after which an engine is ended that confirms none */
#define UB_RELAY_REQUESTS        1024                  /* at one server at once, */
#define UB_RELAY_WAITING         1024                  /* and that wait for a place there */
#define UB_RELAY_CONNECT_MS      5000
#define UB_RELAY_ANSWER_MS       120000 /* large reports take their time */
#define UB_RELAY_PAUSE_MS        60000  /* within a body, either way */
#define UB_RELAY_HEAD_MS         30000
#define UB_RELAY_TOTAL_MS        3600000  /* a request with its answer */
#define UB_RELAY_GRACE_MS        60000    /* after which a body must have come at */
#define UB_RELAY_RATE_MIN        100      /* bytes a second, on an average */
#define UB_RELAY_PACE_MS         1000     /* between two looks at the time and the rate */
#define UB_LIMIT_CLIENTS_MAX     10000000 /* that the settings may say */
#define UB_LIMIT_REQUESTS_MAX    1000000
#define UB_LIMIT_RATE_MAX        1000000
#define UB_RELAY_RETRY_SECONDS   10 /* after which a client that finds no place may try again */
#define UB_RELAY_PLACES_PART     16 /* one of so many places is kept for telling those who find none so */
#define UB_RELAY_IDLE_MS         75000
#define UB_RELAY_LINGER_MS       2000
#define UB_RELAY_POOL_MS         4000 /* less than the five seconds of common servers */
#define UB_RELAY_WARM_MS         1000 /* idle for longer, a connection carries nothing that may not be sent twice */
#define UB_RELAY_DISTRUST_MS     600000 /* after a connection of the pool has failed */
#define UB_RELAY_PERSISTENT_MS   20     /* open for longer after an answer, a connection was meant to stay */
#define UB_RELAY_RESOLVE_MS      30000
#define UB_RELAY_CHECK_MS        2000  /* between looks whether servers that are equal take connections, */
#define UB_RELAY_CHECK_WAIT_MS   1500  /* and time that they have for that */
#define UB_RELAY_DOWN_MS         10000 /* after a server took no connection: others are tried first */
#define UB_RELAY_READY_MS        (2000 * UB_SLOWNESS) /* time until the relay listens without the engine, */
#define UB_RELAY_NAME_MS         100                  /* and without knowing the upstream's addresses */
#define UB_RELAY_ACCEPT_MAX      16  /* new clients of one turn; others are left to other loops */
#define UB_RELAY_ACCEPT_MS       100 /* pause when there was no file descriptor for another client */
#define UB_RELAY_DRAIN_MS        10000
#define UB_RELAY_HANDOVER_MS     45000 /* for which a replaced relay keeps its engine: less than MISSED */
#define UB_RELAY_INHERIT_MS      10000 /* until a predecessor has given its sockets */
#define UB_RELAY_CLAIM_MS        1000  /* between tries to have what it has let go */
#define UB_RELAY_PLACE_MAX       4400  /* bytes of a frame with the name of a place */
#define UB_RELAY_BACK_OFF_MIN    100
#define UB_RELAY_BACK_OFF_MAX    10000

#endif
