-- PUT of one property, another name each time, over all configs of a file of ids.
-- wrk ... -s put.lua URL -- IDS_FILE KEY
local thread_count = 0
function setup(thread)
  thread:set("number", thread_count)
  thread_count = thread_count + 1
end

local ids, count, head, turn = "", 0, "", 0
function init(arguments)
  local file = assert(io.open(arguments[1], "r"))
  ids = file:read("*a")
  file:close()
  count = math.floor(#ids / 37)
  head = " HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer " .. arguments[2] .. "\r\nContent-Type: application/json\r\nContent-Length: "
  math.randomseed(os.time() * 7 + number)
end

function request()
  turn = turn + 1
  local at = math.random(0, count - 1) * 37
  local body = '{"name_prefix":"Front desk ' .. number .. "." .. turn .. "." .. at .. '"}'
  return "PUT /domain-dialin-config/" .. ids:sub(at + 1, at + 36) .. head .. #body .. "\r\n\r\n" .. body
end

dofile(debug.getinfo(1, "S").source:sub(2):match("^(.*/)") .. "report.lua")
