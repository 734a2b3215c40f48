// What the page has to say about itself: stale news, and how the last action went.

import { notice } from "../actions";
import { when } from "../format";
import { connection, now, stale, staleSince } from "../state";
import { t } from "../text";

export function StaleBanner() {
  const since = staleSince.value;
  const kind = stale.value;
  return (
    <div role="status" class={kind === null ? "banner none" : "banner"}>
      {kind !== null &&
        since !== null &&
        t(kind === "connection" ? "connection.lost" : "connection.off", { time: when(since, now.value) })}
      {connection.value === "connecting" && <span class="quiet">{t("connection.connecting")}</span>}
    </div>
  );
}

export function Notice() {
  const said = notice.value;
  return (
    <div role={said?.bad ? "alert" : "status"} class={`notice ${said === null ? "none" : said.bad ? "bad" : ""}`}>
      {said !== null && (
        <>
          <p>{said.text}</p>
          {said.detail !== "" && <p class="detail">{said.detail}</p>}
        </>
      )}
    </div>
  );
}
