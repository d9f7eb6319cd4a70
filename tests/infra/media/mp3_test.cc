// What is an MP3 of less than 60 s, and what is none.

#include "infra/media/mp3.h"

#include <gtest/gtest.h>

#include <random>

#include "infra/media/frames.h"

namespace dialin::media {
namespace {

/// `12345 ms`, or the reason.
std::string judged(std::string_view bytes) {
  const auto length = judge_mp3(bytes);
  return length ? std::to_string((length->count() + 500) / 1000) + " ms" : length.error();
}

constexpr std::string_view kTooLong = "must name an MP3 of less than 60 s, and this lasts as long or longer";
constexpr std::string_view kNone = "must name an MP3: no frames of MPEG audio layer III were found in it";

bool is_junk(const std::string& judgement) {
  return judgement.find("bytes are no frames of MPEG audio layer III") != std::string::npos || judgement == kNone;
}

TEST(Mp3, frames_of_every_version_and_rate_last_as_long_as_their_samples) {
  for (const auto& [version, part] : {std::pair{Mpeg::v1, 1U}, std::pair{Mpeg::v2, 2U}, std::pair{Mpeg::v2_5, 4U}}) {
    for (const unsigned full : {44'100U, 48'000U, 32'000U}) {
      for (const bool is_mono : {false, true}) {
        const Frame wanted{.version = version, .bitrate_kbps = 64, .rate = full / part, .is_mono = is_mono};
        const std::uint64_t us = 100ULL * samples_of(wanted) * 1'000'000 / wanted.rate;
        EXPECT_EQ(judged(frames(wanted, 100)), std::to_string((us + 500) / 1000) + " ms") << wanted.rate;
      }
    }
  }
}

TEST(Mp3, less_than_60_seconds_is_less_than_60_seconds) {
  // 1,152 samples at 48,000/s are 24 ms.
  const Frame wanted{.bitrate_kbps = 32, .rate = 48'000};
  EXPECT_EQ(judged(frames(wanted, 2499)), "59976 ms");
  EXPECT_EQ(judged(frames(wanted, 2500)), kTooLong);
  EXPECT_EQ(judged(frames(wanted, 5000)), kTooLong);
}

TEST(Mp3, a_stream_that_lasts_too_long_is_refused_before_its_end) {
  const std::string one = frames({.bitrate_kbps = 32, .rate = 48'000}, 100);  // 2.4 s
  Mp3Judge judge;
  int fed = 1;
  while (judge.feed(one) && fed < 1000) ++fed;
  EXPECT_EQ(fed, 25);
  EXPECT_EQ(judge.finish().error(), kTooLong);
}

std::string alternating(std::size_t count) {
  std::string vbr;
  for (std::size_t i = 0; i < count; ++i) vbr += frame({.bitrate_kbps = i % 2 == 0 ? 320U : 32U, .rate = 48'000});
  return vbr;
}

TEST(Mp3, variable_rates_are_counted_frame_by_frame) {
  EXPECT_EQ(judged(alternating(2000)), "48000 ms");
  EXPECT_EQ(judged(alternating(2499)), "59976 ms");
  EXPECT_EQ(judged(alternating(2500)), kTooLong);
  // A rate that falls: by the first frame's it would be 12 s.
  EXPECT_EQ(judged(frames({.bitrate_kbps = 320, .rate = 48'000}, 10) + frames({.bitrate_kbps = 32, .rate = 48'000}, 2490)), kTooLong);
}

TEST(Mp3, a_lying_xing_header_does_not_help) {
  const Frame first{.bitrate_kbps = 128, .rate = 48'000};
  EXPECT_EQ(judged(xing_frame(first, 10, 5000) + alternating(2500)), kTooLong);
  EXPECT_EQ(judged(xing_frame(first, 10, 5000) + alternating(1000)), "24000 ms") << "longer than it says";
  EXPECT_EQ(judged(xing_frame(first, 1'000'000, 0xFFFFFFFF) + alternating(1000)), "24000 ms") << "shorter than it says";
  EXPECT_EQ(judged(xing_frame(first, 0, 0) + alternating(1000)), "24000 ms");
  EXPECT_EQ(judged(xing_frame(first, 0xFFFFFFFF, 1) + alternating(2499)), "59976 ms");
}

TEST(Mp3, rates_that_change_on_the_way_are_added_up) {
  const std::string mixed = frames({.rate = 48'000}, 1000) + frames({.rate = 32'000, .is_mono = true}, 500);
  EXPECT_EQ(judged(mixed), "42000 ms");
  EXPECT_EQ(judged(mixed + frames({.version = Mpeg::v2_5, .bitrate_kbps = 8, .rate = 8'000}, 250)), kTooLong);
}

TEST(Mp3, tags_around_it_are_passed_over) {
  const std::string music = frames({.rate = 48'000}, 100);
  EXPECT_EQ(judged(id3v2_tag(1000, 1000) + music), "2400 ms");
  EXPECT_EQ(judged(id3v2_tag(0, 0) + id3v2_tag(200'000, 200'000) + music + id3v1_tag()), "2400 ms");
  EXPECT_EQ(judged(music + id3v1_tag()), "2400 ms");
  // In pieces of any size, too.
  const std::string whole = id3v2_tag(300, 300) + music;
  for (const std::size_t piece : {1U, 7U, 4096U}) {
    Mp3Judge judge;
    for (std::size_t at = 0; at < whole.size(); at += piece) ASSERT_TRUE(judge.feed(std::string_view(whole).substr(at, piece)));
    EXPECT_EQ(judge.finish()->count(), 2'400'000) << piece;
  }
}

TEST(Mp3, a_tag_that_lies_about_its_length_hides_nothing) {
  const std::string music = frames({.rate = 48'000}, 2600);
  EXPECT_EQ(judged(id3v2_tag(0, 0) + music), kTooLong);
  EXPECT_EQ(judged(id3v2_tag(1000, 10) + music), kTooLong);
  EXPECT_EQ(judged(id3v2_tag(10, 0x0FFFFFFF) + music), kNone) << "nothing is left";
}

TEST(Mp3, one_that_was_cut_is_what_is_left_of_it) {
  const std::string music = frames({.rate = 48'000}, 100);
  EXPECT_EQ(judged(music.substr(0, music.size() - 100)), "2376 ms");
}

TEST(Mp3, a_little_that_is_no_frame_is_passed_over_and_more_is_not) {
  const std::string music = frames({.rate = 48'000}, 200);
  const std::string dirt(2000, 'x');
  EXPECT_EQ(judged(dirt + music), "4800 ms");
  EXPECT_TRUE(is_junk(judged(std::string(40'000, 'x') + music)));
  EXPECT_TRUE(is_junk(judged(music + std::string(40'000, 'x'))));
  EXPECT_TRUE(is_junk(judged(music + std::string(300'000, 'x') + frames({.rate = 48'000}, 3000)))) << "nobody hides behind it";
}

TEST(Mp3, other_layers_are_none) {
  EXPECT_EQ(judged(frames({.rate = 48'000, .layer = 2}, 100)), "must name an MP3: it is MPEG audio of layer II, not III");
  EXPECT_EQ(judged(frames({.rate = 48'000}, 100) + frames({.rate = 48'000, .layer = 2}, 100)),
            "must name an MP3: it is MPEG audio of layer II, not III");
}

TEST(Mp3, other_things_are_none) {
  std::string wav("RIFF\x24\x77\x01\0WAVEfmt \x10\0\0\0\1\0\1\0\x40\x1f\0\0\x80\x3e\0\0\2\0\x10\0data\0\x77\1\0", 44);
  wav += std::string(96'000, '\x11');
  std::string html = "<!DOCTYPE html><html><head><title>404</title></head><body>";
  while (html.size() < 50'000) html += "<p>There is nothing here, but it is said at length.</p>\n";
  std::mt19937 random(7);
  std::string noise;
  for (int i = 0; i < 2'000'000; ++i) noise += static_cast<char>(random() & 0xFF);
  for (const std::string& bytes :
       {std::string(), std::string("\xFF"), std::string("ID3"), std::string("\xFF\xFB\x90\0", 4), wav, html, noise,
        std::string(5'000'000, '\0'), std::string(5'000'000, '\xFF'), std::string("\x1F\x8B\x08\0\0\0\0\0\0\3", 10),
        std::string("OggS\0\2", 6) + std::string(20'000, '\0'), std::string("PK\3\4") + std::string(20'000, 'z')})
    EXPECT_TRUE(is_junk(judged(bytes))) << bytes.substr(0, 16) << ": " << judged(bytes);
  EXPECT_EQ(judged(frame({.rate = 48'000})), kNone) << "a frame by itself is found in any bytes";
}

TEST(Mp3, frames_scattered_in_other_bytes_are_none) {
  std::string scattered;
  for (int i = 0; i < 200; ++i) scattered += frames({.rate = 48'000}, 2) + std::string(3000, 'x');
  EXPECT_TRUE(is_junk(judged(scattered)));
}

TEST(Mp3, bytes_at_random_in_frames_do_no_harm) {
  std::mt19937 random(11);
  for (int round = 0; round < 50; ++round) {
    std::string music = frames({.rate = 48'000}, 60);
    for (std::size_t i = 0; i < music.size(); ++i) {
      if (i % 384 >= 4) music[i] = static_cast<char>(random() & 0xFF);
    }
    for (int hit = 0; hit < round; ++hit) music[random() % music.size()] = static_cast<char>(random() & 0xFF);
    const auto length = judge_mp3(music);
    EXPECT_TRUE(!length || length->count() < 3'000'000);
  }
}

}  // namespace
}  // namespace dialin::media
