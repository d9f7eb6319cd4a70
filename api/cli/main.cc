#include <exception>
#include <iostream>

#include "api/cli/command.h"

int main(int count, char** values) {
  try {
    return dialin::cli::run({values + 1, values + count});
  } catch (const std::exception& failure) {
    std::cerr << "dialin: " << failure.what() << '\n';
    return dialin::cli::kCouldNotRun;
  }
}
