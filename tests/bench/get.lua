-- GET of configs drawn at random from a file of ids.
-- wrk ... -s get.lua URL -- IDS_FILE KEY [QUERY, with its question mark]
local thread_count = 0
function setup(thread)
  thread:set("number", thread_count)
  thread_count = thread_count + 1
end

local ids, count, tail = "", 0, ""
function init(arguments)
  local file = assert(io.open(arguments[1], "r"))
  ids = file:read("*a")
  file:close()
  count = math.floor(#ids / 37)
  tail = (arguments[3] or "") .. " HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer " .. arguments[2] .. "\r\n\r\n"
  math.randomseed(os.time() * 7 + number)
end

function request()
  local at = math.random(0, count - 1) * 37
  return "GET /domain-dialin-config/" .. ids:sub(at + 1, at + 36) .. tail
end

dofile(debug.getinfo(1, "S").source:sub(2):match("^(.*/)") .. "report.lua")
