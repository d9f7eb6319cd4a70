// How long this disk takes to make 4 KiB durable, in the way the log does it: a write into a file of zeros that was really written before,
// then fdatasync. Prints p50, p90 and p99 in microseconds as JSON.
//
//   fdatasync_probe DIRECTORY [rounds]

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

constexpr std::size_t kBlock_bytes = 4096;
constexpr std::size_t kFile_blocks = 4096;
constexpr std::size_t kWarmUp = 50;

void must(bool done, const char* what) {
  if (!done) throw std::runtime_error(std::string("cannot ") + what);
}

void write_block(int file, const std::vector<char>& block, std::size_t index) {
  const auto written = pwrite(file, block.data(), block.size(), static_cast<off_t>((index % kFile_blocks) * kBlock_bytes));
  must(written == static_cast<ssize_t>(block.size()), "write");
}

std::vector<double> measure(int file, std::size_t rounds) {
  std::vector<char> block(kBlock_bytes, 0);
  for (std::size_t i = 0; i < kFile_blocks; ++i) write_block(file, block, i);
  must(fsync(file) == 0, "fsync");
  std::fill(block.begin(), block.end(), 'x');
  std::vector<double> times_us;
  for (std::size_t i = 0; i < kWarmUp + rounds; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    write_block(file, block, i);
    must(fdatasync(file) == 0, "fdatasync");
    const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - begin;
    if (i >= kWarmUp) times_us.push_back(took.count());
  }
  std::sort(times_us.begin(), times_us.end());
  return times_us;
}

}  // namespace

int main(int count, char** values) {
  if (count < 2) {
    std::fputs("usage: fdatasync_probe DIRECTORY [rounds]\n", stderr);
    return 2;
  }
  try {
    const std::string path = std::string(values[1]) + "/fdatasync_probe.data";
    const std::size_t rounds = count > 2 ? std::strtoul(values[2], nullptr, 10) : 2000;
    must(rounds > 0, "measure without rounds");
    const int file = open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC, 0600);
    must(file >= 0, "create the file");
    unlink(path.c_str());
    const auto times_us = measure(file, rounds);
    close(file);
    const auto at = [&](std::size_t percent) { return times_us[std::min(times_us.size() - 1, times_us.size() * percent / 100)]; };
    std::printf("{\"p50_us\": %.1f, \"p90_us\": %.1f, \"p99_us\": %.1f}\n", at(50), at(90), at(99));
    return 0;
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "fdatasync_probe: %s\n", failure.what());
    return 3;
  }
}
