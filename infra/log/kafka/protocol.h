#pragma once
// How nodes share one log on a partition, as a state machine without I/O, threads or a clock: whoever drives it (the shell around
// librdkafka; a simulator) tells it what happened and does what it asks. One at a time; Outside is called inside the inputs and must not
// call back into them. Callbacks given to append() and confirm_end() are called by settle() alone.
//
// Safety rests on the chain rule: a record is on the chain if and only if its previous id is the id of the last record on the chain, read
// in storage order. Who was elected is a hint. A node takes what it produced as stored when it has looked at everything before it.
//
//   following --elected--> catching_up --all below the end read--> opening --own `opened` on the chain--> leading
//        ^                                                            |                                     |
//        +------------- somebody else's record on the chain, or an outcome that is not known --------------+
//
// A lead begins with an `opened` record. Whatever was in flight before it, of anybody, can never get in behind it.

#include <algorithm>
#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "domain/chain.h"
#include "domain/codec.h"
#include "domain/event_log.h"
#include "domain/instant.h"
#include "domain/secrets.h"
#include "infra/log/kafka/end_questions.h"
#include "infra/log/kafka/offset.h"
#include "infra/log/kafka/unanswered.h"

namespace dialin::log::kafka {

/// Names a record given to a producer. They count up and are never used again.
using Token = std::uint64_t;
/// Names a stretch of reading, from one read_from() to the next.
using Reading = std::uint64_t;

/// What a record of the topic is read as; `record` is absent when it is none of ours.
struct FoundRecord {
  Offset offset = 0;
  std::optional<Record> record;
  /// Its `ce_previousid`, if it has one that is an id: what has the tail's id there and is no record is poison.
  std::optional<RecordId> previous;
  Instant stamped;                  ///< by the broker
  bool is_mark = false;             ///< of a node that asked for the end: no stray that anybody wants to hear of
  std::optional<LogId> log;         ///< whose record it says that it is
  std::string_view unhashed_fault;  ///< what is wrong around the record, where its hash does not reach. Static text; empty: nothing
};

enum class Kept : std::uint8_t {
  done,
  no_room,   ///< now; it will be tried again
  diverged,  ///< the copy has other records there: one of the two is not this log
};

/// What the protocol asks for.
class Outside {
 public:
  virtual ~Outside() = default;
  /// To the end of the partition, in the order of the calls. False: it was not taken.
  virtual bool produce(Token token, const Record& record) = 0;
  /// Gives up the producer with all that it has in flight, which may land nevertheless, and makes a new one.
  virtual void renew_producer() = 0;
  /// Everything from `from` on, in order, told with `reading`; nothing of an earlier reading any more.
  virtual void read_from(Offset from, Reading reading) = 0;
  virtual void stop_reading() = 0;
  /// One question at a time; the answer is on_end(). `firmly`: not even a broker that was cut off may answer from the past.
  virtual void ask_end(bool firmly) = 0;
  /// Copies the records, which are on the chain, the last of them at `last_at`. Those that the copy had at the start come again first and
  /// are compared. None is kept unless the answer is `done`. Never half a move.
  virtual Kept keep(std::span<const Record> records, Offset last_at) = 0;
};

enum class Role : std::uint8_t {
  following,
  catching_up,  ///< elected: reads what was written until now
  opening,      ///< its `opened` record is under way
  leading,
  halted,  ///< what is on the chain cannot be believed; final
};
std::string_view name_of(Role role);

/// Each of them is needed: a simulator that runs without it finds a lost or an invented write. On in every program.
struct Guards {
  bool looks_into_gaps = true;      ///< between what was looked at and where an own record landed
  bool waits_to_be_settled = true;  ///< nothing is said about what is in flight when the lead is lost
  bool opens_are_unique = true;     ///< by a nonce
  bool chains_by_id = true;         ///< not by the sequence alone
  bool completes_moves = true;
  bool asks_for_the_end = true;
};

class Protocol {
 public:
  using Time = std::chrono::steady_clock::time_point;

  struct Options {
    std::string node;  ///< said in `opened`
    std::string url;
    std::chrono::milliseconds back_off{100};  ///< before the next opening after one that somebody else won; up to twice as long
    /// The end is asked for this often: a leader learns that it is none any more, everybody that the topic is not what it was.
    std::chrono::milliseconds look{1000};
    std::chrono::milliseconds retry{200};    ///< after a question, a reading or a copy that failed
    std::chrono::milliseconds answer{5000};  ///< how long a question for the end waits for all of it to be read
    /// For so long brokers must say that the topic is not what it was: one that was cut off, or has just taken over, may not know better.
    std::chrono::milliseconds believe{15'000};
    std::chrono::milliseconds lead{10'000};      ///< who is elected and does not lead by then makes room for another
    std::chrono::milliseconds make_room{3000};   ///< for so long
    std::chrono::milliseconds unfit{60'000};     ///< who found its clock wrong makes room for another for so long
    std::size_t in_flight_max = 64 * 1024;       ///< records produced and not yet on the chain; more are refused
    std::int64_t clock_off_us_max = 60'000'000;  ///< of this node's clock from the broker's, on its own `opened`
    Guards guards;
  };
  struct Ports {
    Outside& outside;
    const Clock& clock;
    const Random& random;
    const Codec& codec;
  };
  /// What a node knows of the log when it starts: the chain up to `tail`, whose record stands at `at`, and a copy that goes on to `kept`.
  /// When the topic does not have both, it holds another log, or less of it: the protocol halts. Exact: a record that looked like a stray
  /// when it landed could be taken for the next one by who begins before the tail.
  struct Start {
    Tail tail;
    std::optional<Record> last;  ///< the tail's record: a move may be half done; absent for the empty chain
    Offset at = 0;               ///< of that record; 0 for the empty chain
    Tail kept;                   ///< `tail` or behind it, and not within a move
    std::uint64_t term = 0;
    std::optional<LogOpened> leader;  ///< as the last `opened` up to `tail` says
  };
  Protocol(Ports ports, Options options, Start start);

  // What happened.
  void on_elected(bool elected, Time now);
  /// Where a record landed; absent: it failed, or that is not known.
  void on_delivered(Token token, std::optional<Offset> offset, Time now);
  void on_found(FoundRecord found, Reading reading, Time now);
  /// Reading has come to the end of the partition: nothing stands below `examined` that was not told.
  void on_read_to(Offset examined, Reading reading, Time now);
  /// The topic has no record where this reading goes on.
  void on_reading_lost(const std::string& why, Reading reading, Time now);
  void on_end(std::optional<Offset> end, Time now);
  void on_time(Time now);

  /// As EventLog::append(). Refused (unavailable) unless this node leads, and when `group` was decided on another end.
  void append(std::vector<Record>& group, GroupAnswered answered, Time now);
  /// Told (true) when everything that stood on the partition when it was asked is kept here; false: not in time.
  void confirm_end(EndQuestions::Reached reached, Time now);
  /// The topic can no longer be believed.
  void halt(std::string why);
  /// After any number of inputs: keeps what joined the chain, then calls back.
  void settle(Time now);
  /// When on_time() has something to do.
  Time wake_at() const;

  Role role() const { return role_; }
  /// Whether append() is taken: who is not elected any more only lets land what is in flight.
  bool leads() const { return role_ == Role::leading && elected_; }
  /// Whether it could lead if it were elected. Who cannot makes room for another.
  bool is_fit(Time now) const { return role_ != Role::halted && !no_room_ && now >= fit_at_; }
  std::uint64_t term() const { return term_; }
  const std::optional<LogOpened>& leader() const { return leader_; }  ///< as the last `opened` on the chain says
  /// That record was produced here, in this life.
  bool leader_is_here() const { return leader_is_here_; }
  const std::string& why_halted() const { return why_halted_; }
  /// The last time that it gave up the lead for a reason of its own; empty: never.
  const std::string& why_not_leading() const { return why_not_leading_; }
  /// What may be read from the copy. Never within a move: its two records are kept together.
  Tail kept() const { return kept_; }
  Tail end() const;  ///< where the next append goes
  Offset examined() const { return examined_; }
  /// How many records of the topic, as it ended when it was last told, were not looked at.
  std::uint64_t unread() const { return static_cast<std::uint64_t>(std::max<Offset>(0, end_heard_ - examined_)); }
  std::uint64_t strays() const { return strays_; }
  Time end_heard_at() const { return end_heard_at_; }  ///< the last time that the log's end was told; at first the first input
  bool has_room() const { return !no_room_; }          ///< for the copy
  /// Nothing of ours is under way.
  bool is_idle() const { return pipeline_.empty() && unanswered_.empty(); }

 private:
  struct Produced {
    Token token = 0;
    Record record;
    std::optional<Offset> landed;
  };
  struct Told {
    std::function<void()> tell;
    bool speaks_of_chain = false;  ///< so the copy must hold all that joined, before
  };
  /// A deletion that begins a move, and the creation that it promises.
  struct HalfMove {
    Record deleted;
    std::shared_ptr<const Event> creation;
  };

  bool joins(const FoundRecord& found);
  void join(const Record& record, Offset at);
  void begin_reading();
  void find_root(const FoundRecord& found);
  std::string not_rooted() const;
  void note_half_done(const Record& record);
  void take_landed();
  bool wants_reading() const;
  void tell_who_waits_for_the_end();
  void step_down(std::chrono::milliseconds pause);
  void give_up_when_idle();
  bool is_to_lead() const { return elected_ && role_ != Role::leading && role_ != Role::halted && now_ >= fit_at_; }
  void make_room_to_lead();
  void catch_up_to_open();
  void open();
  void check_clock(Instant stamped);
  bool produce(const Record& record);
  std::span<const Record> whole_unkept() const;
  void keep();
  bool tell_next();
  void later(std::vector<Unanswered::Settled> settled);
  void later(std::vector<EndQuestions::Reached> told, bool reached);

  Ports ports_;
  const Options options_;
  Time now_{};  ///< of the input under way

  Role role_ = Role::following;
  bool elected_ = false;
  std::uint64_t term_;
  std::optional<LogOpened> leader_;
  bool leader_is_here_ = false;
  std::string why_halted_;
  std::string why_not_leading_;

  Tail tail_;        ///< of the chain, as far as it was looked at
  Offset examined_;  ///< the first offset that was not looked at
  /// A record of the chain that every reading begins with: it must stand where it was, else the topic is not what it was.
  struct Root {
    RecordId id;
    Offset at = 0;
    bool is_found = false;
  };
  Root root_;
  Offset tail_at_;  ///< where the tail's record stands
  std::uint64_t strays_ = 0;
  std::optional<HalfMove> half_done_;  ///< the chain ends with it

  Tail kept_;
  std::vector<Record> unkept_;
  Offset joined_before_at_ = 0;  ///< where the record before the tail's stands
  bool no_room_ = false;

  bool reading_ = false;
  Reading reading_number_ = 0;

  Token next_token_ = 1;
  Token next_report_ = 1;          ///< reports come in the order of the records
  std::deque<Produced> pipeline_;  ///< of the present producer, not yet on the chain
  std::optional<RecordId> opening_;
  std::deque<RecordId> own_openings_;  ///< the last kOwnOpeningsMax: even one that was given up may land
  std::uint64_t opening_try_ = 0;

  Unanswered unanswered_;
  EndQuestions questions_;
  Offset examined_when_asked_ = 0;
  Offset end_heard_ = 0;
  std::optional<Time> short_since_;  ///< answers name an end before that
  std::optional<Time> lost_since_;   ///< readings do not find their root
  Time end_heard_at_{};
  std::deque<Told> to_tell_;

  Time open_at_{};
  Time to_lead_since_{};
  Time fit_at_{};
  Time look_at_{};
  Time ask_again_at_{};
  Time read_again_at_{};
  Time keep_again_at_{};
};

}  // namespace dialin::log::kafka
