// What the steps of a write cost, one by one: deciding, JSON out and in, the chain's hash, the seal. With Google Benchmark; its flags
// apply.
//
//   measure_steps [--benchmark_filter=decide]

#include <benchmark/benchmark.h>

#include "domain/chain.h"
#include "domain/evolve.h"
#include "domain/given.h"
#include "infra/codec/json_codec.h"
#include "infra/codec/sample_events.h"

namespace {

using namespace dialin;

const codec::JsonCodec kCodec;

void decide_update(benchmark::State& state) {
  given::Story story({given::create(1, {{"type", "pinless_dialin"}, {"phone_number", "+12555599999"}, {"name_prefix", "Front desk"}})});
  const Command command = given::update(1, {{"name_prefix", "Reception"}});
  const Rules rules;
  for (auto _ : state) benchmark::DoNotOptimize(decide(command, story, rules));
}
BENCHMARK(decide_update);

void encode_event(benchmark::State& state) {
  const Event event = codec::updated_pinless();
  std::string value;
  for (auto _ : state) {
    value.clear();
    kCodec.encode(event, value);
    benchmark::DoNotOptimize(value.data());
  }
}
BENCHMARK(encode_event);

void decode_event(benchmark::State& state) {
  const Event event = codec::updated_pinless();
  std::string value;
  kCodec.encode(event, value);
  const Record record = codec::record_of(event, value);
  for (auto _ : state) benchmark::DoNotOptimize(kCodec.decode(record));
}
BENCHMARK(decode_event);

void chain_record(benchmark::State& state) {
  const Event event = codec::updated_pinless();
  std::string value;
  kCodec.encode(event, value);
  Record record = codec::record_of(event, value);
  Tail tail{{7}, {}, {}};
  for (auto _ : state) {
    ++record.time.us;
    chain_after(tail, record);
    tail = tail_of(record);
  }
}
BENCHMARK(chain_record);

}  // namespace

BENCHMARK_MAIN();
