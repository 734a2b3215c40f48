// A picture of one's own, read on the box.

import { useEffect, useState } from "preact/hooks";
import { ask, say } from "../actions";
import type { Analysis, Film } from "../contract";
import { Icon } from "../parts/Icon";
import { percent } from "../format";
import { t, tCount } from "../text";
import { FilmCard } from "./FilmCard";

const LONGEST_PX = 1600;
const LIMIT_BYTES = 4_000_000;

interface Chosen {
  bytes: Uint8Array;
  address: string;
  width: number;
  height: number;
}

export function Picture() {
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const [read, setRead] = useState<Analysis | null>(null);
  useEffect(() => () => URL.revokeObjectURL(chosen?.address ?? ""), [chosen]);
  const choose = async (file: File | undefined) => {
    if (file === undefined) return;
    setRead(null);
    const small = await shrink(file).catch(() => null);
    if (small === null || small.bytes.length > LIMIT_BYTES) {
      say(t("picture.bad"), { bad: true });
      return;
    }
    setChosen(small);
    const found = await ask("analyze", small.bytes);
    if (found === undefined) setChosen(null);
    else setRead(found);
  };
  return (
    <section class="panel">
      <h2>{t("picture.title")}</h2>
      <p class="quiet">{t("picture.body")}</p>
      <label class="file">
        <Icon name="picture" />
        {t("picture.choose")}
        <input
          type="file"
          accept="image/*"
          onChange={(event) => {
            void choose(event.currentTarget.files?.[0]);
            event.currentTarget.value = "";
          }}
        />
      </label>
      {chosen !== null && <Preview chosen={chosen} read={read} />}
      {read !== null && (
        <>
          <Films title={t("picture.films")} films={read.films} />
          <Films title={t("picture.alike")} films={read.look_alike} />
        </>
      )}
    </section>
  );
}

function Preview({ chosen, read }: { chosen: Chosen; read: Analysis | null }) {
  return (
    <>
      <svg class="preview" viewBox={`0 0 ${chosen.width} ${chosen.height}`} role="img" aria-label={t("picture.title")}>
        <image href={chosen.address} width={chosen.width} height={chosen.height} />
        {read?.faces.map((face) => (
          <rect key={`${face.x},${face.y}`} x={face.x} y={face.y} width={face.width} height={face.height} rx={face.width / 10} />
        ))}
      </svg>
      <div role="status">
        {read === null ? t("picture.reading") : found(read)}
        <ul>
          {read?.faces.map((face) => (
            <li key={`${face.x},${face.y}`}>
              {t(`expression.${face.expression}`)} <span class="quiet">{percent(face.probabilities[face.expression])}</span>
            </li>
          ))}
        </ul>
      </div>
    </>
  );
}

/** Faces that cannot be read are told too: else a poor picture of people would be one of nobody. */
function found({ faces, unreadable }: Analysis): string {
  const told = faces.length > 0 || unreadable === 0 ? [tCount("faces", faces.length)] : [];
  if (unreadable > 0) told.push(tCount("unreadable", unreadable));
  return told.join(" · ");
}

function Films({ title, films }: { title: string; films: Film[] }) {
  if (films.length === 0) return null;
  return (
    <>
      <h3>{title}</h3>
      <ul class="slate">
        {films.map((film) => (
          <li key={film.id}>
            <FilmCard film={film} />
          </li>
        ))}
      </ul>
    </>
  );
}

/** The picture as a JPEG of a size that is enough; drawing it anew leaves behind where and when it was taken. */
async function shrink(file: File): Promise<Chosen> {
  const picture = await createImageBitmap(file);
  const scale = Math.min(1, LONGEST_PX / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/jpeg", 0.9));
  if (blob === null) throw new TypeError("the picture cannot be drawn");
  return {
    bytes: new Uint8Array(await blob.arrayBuffer()),
    address: URL.createObjectURL(blob),
    width: canvas.width,
    height: canvas.height,
  };
}
