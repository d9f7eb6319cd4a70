#pragma once
// How a page of a tenant's configs is found: which ones match, which of those are on the page. Works on one snapshot, so that page and
// count agree. One thread; lives for one request.

#include <deque>
#include <functional>
#include <optional>

#include "domain/view_store.h"
#include "projections/list_request.h"

namespace dialin::projections {

/// Collects the configs of one page out of those that match, which are offered newest first.
class PageOf {
 public:
  /// `place`: the created_sequence of the request's cursor, if it has one.
  PageOf(const ListRequest& request, std::optional<Sequence> place);
  void offer(Sequence created, const ConfigId& id);
  const std::deque<ConfigId>& configs() const { return configs_; }

 private:
  bool keeps_last_;  ///< ending_before: of all that are newer than the place, the last ones
  std::size_t limit_;
  std::optional<Sequence> place_;
  std::deque<ConfigId> configs_;
};

class Listing {
 public:
  /// The user name in the sip_uri of the config that `row` is of. From the log, which only a filter by sip_username pays for.
  using SipUsername = std::function<std::optional<std::string>(const ConfigRow& row)>;
  Listing(const ViewReader& views, const ListRequest& request, SipUsername sip_username);

  /// See Views::list().
  std::optional<ListPage> page() const;

 private:
  ListPage page_of_all(std::optional<Sequence> place) const;
  ListPage page_of_one(const std::optional<ConfigId>& candidate, std::optional<Sequence> place) const;
  ListPage page_of_scanned(std::optional<Sequence> place) const;
  bool matches(const ListEntry& entry) const;
  std::optional<ConfigRow> row(const ConfigId& id) const;
  ListPage with_rows(std::uint64_t total_count, const std::deque<ConfigId>& configs) const;

  const ViewReader& views_;
  const ListRequest& request_;
  SipUsername sip_username_;
};

}  // namespace dialin::projections
