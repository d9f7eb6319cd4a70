#pragma once
// What these tests share: a directory of their own, a telemetry that remembers what was said, and patience.

#include <stdlib.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "domain/telemetry.h"

namespace dialin::crypto {

class Scratch {
 public:
  Scratch() {
    std::string pattern = (std::filesystem::temp_directory_path() / "dialin-crypto-XXXXXX").string();
    dir_ = ::mkdtemp(pattern.data());
  }
  ~Scratch() { std::filesystem::remove_all(dir_); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  std::string path(const std::string& name) const { return (dir_ / name).string(); }
  /// Overwrites in place, as an editor may; of mode 0600.
  std::string write(const std::string& name, std::string_view text) const {
    std::ofstream(path(name)) << text;
    std::filesystem::permissions(path(name), std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    return path(name);
  }
  std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(dir_)) names.push_back(entry.path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
  }

 private:
  std::filesystem::path dir_;
};

inline std::string text_of(const std::string& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

class Said : public Telemetry {
 public:
  void say(Level level, std::string_view line) override {
    const std::lock_guard lock(mutex_);
    if (level == Level::error) errors_.emplace_back(line);
  }
  void add(Counter, std::uint64_t) override {}
  void set(Gauge, double) override {}
  void observe(Histogram, double) override {}
  void answered(const AnsweredRequest&) override {}
  std::string expose() const override { return {}; }

  std::vector<std::string> errors() const {
    const std::lock_guard lock(mutex_);
    return errors_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> errors_;
};

/// The contract's two seconds, and what a loaded machine adds.
template <class Condition>
bool soon(const Condition& holds) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!holds()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return true;
}

}  // namespace dialin::crypto
