// Preloaded into a process, answers its lookups of host names from the file that STRANGE_NAMES names, so that none leaves the machine and
// each leads where a test wants it to. A line is a name and its answers, one for each lookup, of which the last goes on: addresses with
// commas between them, or `nowhere`, `trouble`, `nothing`, `never`, `bad_alloc`. live/names.py compiles and writes it. Addresses and
// `localhost` are read as ever; any other name leads nowhere. What was looked up is appended to the file with `.asked` behind its name.
#include <dlfcn.h>
#include <fcntl.h>
#include <netdb.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <map>
#include <mutex>
#include <new>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace {

using Lookup = int (*)(const char*, const char*, const addrinfo*, addrinfo**);

// Longer than anybody waits, shorter than a test.
constexpr std::chrono::seconds kNever{50};

int look_up(const char* name, const char* service, const addrinfo* hints, addrinfo** list) {
  static const auto real = reinterpret_cast<Lookup>(dlsym(RTLD_NEXT, "getaddrinfo"));
  return real(name, service, hints, list);
}

/// With `list` empty when it is none.
int read_address(const char* text, const char* service, const addrinfo* hints, addrinfo** list) {
  addrinfo numeric = hints != nullptr ? *hints : addrinfo{};
  numeric.ai_flags |= AI_NUMERICHOST;
  return look_up(text, service, &numeric, list);
}

std::vector<std::string> answers_for(const std::string& file, const std::string& name) {
  std::ifstream lines(file);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string word;
    if (!(words >> word) || word != name) continue;
    std::vector<std::string> answers;
    while (words >> word) answers.push_back(word);
    return answers;
  }
  return {};
}

std::size_t times_asked(const std::string& file, const std::string& name) {
  static std::mutex mutex;
  static std::map<std::string, std::size_t> asked;
  const std::lock_guard lock(mutex);
  const int noted = open((file + ".asked").c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  const std::string line = name + "\n";
  if (noted < 0 || write(noted, line.data(), line.size()) != static_cast<ssize_t>(line.size())) std::abort();
  close(noted);
  return asked[name]++;
}

int addresses(const std::string& answer, const char* service, const addrinfo* hints, addrinfo** list) {
  std::istringstream parts(answer);
  addrinfo** last = list;
  *list = nullptr;
  for (std::string part; std::getline(parts, part, ',');) {
    if (const int error = read_address(part.c_str(), service, hints, last); error != 0) return error;
    while (*last != nullptr) last = &(*last)->ai_next;
  }
  return 0;
}

}  // namespace

extern "C" int getaddrinfo(const char* name, const char* service, const addrinfo* hints, addrinfo** list) {
  const char* file = std::getenv("STRANGE_NAMES");
  if (file == nullptr || name == nullptr || std::string(name) == "localhost") return look_up(name, service, hints, list);
  const std::vector<std::string> answers = answers_for(file, name);
  if (answers.empty()) return read_address(name, service, hints, list) == 0 ? 0 : EAI_NONAME;
  const std::string answer = answers[std::min(times_asked(file, name), answers.size() - 1)];
  if (answer == "nowhere") return EAI_NONAME;
  if (answer == "trouble") return EAI_AGAIN;
  if (answer == "bad_alloc") throw std::bad_alloc();
  if (answer == "never") {
    std::this_thread::sleep_for(kNever);
    return EAI_AGAIN;
  }
  if (answer == "nothing") {
    *list = nullptr;
    return 0;
  }
  return addresses(answer, service, hints, list);
}
