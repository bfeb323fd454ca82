/** The card of whoever leads a table: the time that is left, and the next step when it comes. */

import { watchRoom } from "./lib/line.js";
import { createWhere } from "./lib/where.js";

const status = JSON.parse(document.body.dataset.status ?? "{}");
const showWhere = createWhere(/** @type {HTMLElement} */ (document.getElementById("where")));

const reload = () => location.reload();

showWhere(status);
watchRoom(String(document.body.dataset.code), "phone", {
  messages: {
    status(news) {
      if (news.step !== status.step || news.question !== status.question) reload();
      else showWhere(news);
    },
    erased: reload,
    refused: reload,
  },
});
