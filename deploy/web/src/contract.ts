// The messages as they stand on the wire: docs/asyncapi.yaml and mqtt/messages.py of the device.

export const EXPRESSIONS = ["angry", "disgust", "fear", "happy", "sad", "surprise", "neutral"] as const;
export type Expression = (typeof EXPRESSIONS)[number];
export type Announced = Expression | "uncertain" | "nobody";
export type Probabilities = Record<Expression, number>;
export type CameraState = "on" | "off" | "lost" | "no consent";
export type EveningState = "waiting" | "choosing" | "playing" | "afterwards";
export type Availability = "online" | "offline";

export interface Mood {
  mood: Announced;
  confidence: number;
  probabilities: Probabilities;
  valence: number;
  arousal: number;
  since: string;
  people: number;
  light: "dark" | "dim" | "bright" | null;
}

export interface FilmLink {
  name: string;
  url: string;
}

export interface Film {
  id: string;
  title: string;
  original_title: string;
  year: number;
  language: string;
  genres: string[];
  runtime: number | null;
  cast: string[];
  director: string;
  score: number;
  reasons: string[];
  links: FilmLink[];
  playable: boolean;
}

export interface Slate {
  slate: string;
  made: string;
  films: Film[];
  note: string;
}

export interface Settings {
  camera: CameraState;
  evening: EveningState;
  /** That plays, or that is asked about afterwards. */
  film?: string | null;
  film_title?: string | null;
  profile: string | null;
  languages: string[];
  lift: number;
}

export interface Info {
  program: string;
  model: string;
  catalogue: string;
  languages: string[];
  commands: string[];
  notice: string;
  /** Whether `recommend` understands `fresh`. */
  fresh?: boolean;
}

export type Hint = "closer" | "light" | "still" | "good";

export type Event =
  | { type: "recommended"; at: string; slate: string; mood: Announced; mood_reasons: Record<string, string[]> }
  | { type: "guide"; at: string; hint: Hint; left_s: number }
  | { type: "mood_changed" | "feedback" | "playing" | "afterwards" | "camera_lost" | "camera_back"; at: string };

export const GENRES = [
  "action", "adventure", "animation", "biography", "comedy", "crime", "documentary", "drama", "family", "fantasy",
  "history", "horror", "music", "mystery", "romance", "science fiction", "sport", "thriller", "war", "western",
] as const;
export const MOOD_TAGS = [
  "absurd", "angry", "awe-inspiring", "bittersweet", "bleak", "charming", "contemplative", "cosy", "dark", "disturbing",
  "dreamy", "eerie", "epic", "exhilarating", "feel-good", "funny", "gritty", "haunting", "heartbreaking",
  "heartwarming", "hopeful", "inspiring", "magical", "melancholic", "mind-bending", "mysterious", "nostalgic",
  "playful", "poignant", "quirky", "rebellious", "romantic", "satirical", "scary", "serene", "shocking",
  "suspenseful", "tender", "tense", "thought-provoking", "thrilling", "tragic", "triumphant", "whimsical", "witty",
] as const;
export const LIBRARIES = ["jellyfin", "kodi"] as const;

export interface Preferences {
  languages: string[];
  actors: string[];
  directors: string[];
  genres_left_out: string[];
  mood_tags_left_out: string[];
  /** Only films that one of these holds; none: any. */
  libraries: string[];
  max_runtime: number | null;
  max_age: number | null;
  lift: number;
}

export const FEEDBACK_KINDS = [
  "like", "dislike", "not_interested", "watched", "stopped_early", "rating", "review",
] as const;
export type FeedbackKind = (typeof FEEDBACK_KINDS)[number];

export interface Feedback {
  film: string;
  kind: FeedbackKind;
  rating?: number;
  review?: string;
  slate?: string;
}

export type ProfileRequest =
  | { action: "list" | "introduce" }
  | { action: "create" | "select" | "export" | "erase"; name: string }
  | { action: "rename"; name: string; new_name: string };

export interface AnalyzedFace {
  /** In pixels of the picture that was sent. */
  x: number;
  y: number;
  width: number;
  height: number;
  expression: Expression;
  probabilities: Probabilities;
}

export interface Analysis {
  faces: AnalyzedFace[];
  /** For the mood of the faces. */
  films: Film[];
  /** Whose colours and light are like the picture's. */
  look_alike: Film[];
  /** Faces that were seen too poorly to be read. */
  unreadable: number;
}

export interface HistoryEntry {
  film: string;
  title: string;
  year: number;
  kind: FeedbackKind;
  rating: number | null;
  at: string;
}

/** Every command: what is asked, and what a good request is answered with. */
export interface Commands {
  recommend: [
    { count?: number; mood?: Expression; languages?: string[]; fresh?: boolean },
    Slate,
  ];
  consent: [{ consent: "give" | "withdraw" }, { given: boolean }];
  camera: [{ camera: "ON" | "OFF" }, { camera: CameraState }];
  preferences: [Partial<Preferences>, Preferences];
  feedback: [Feedback, { learnt: boolean; understood?: boolean }];
  search: [{ title?: string; person?: string }, { films: Film[]; people: string[] }];
  profile: [ProfileRequest, { profiles?: string[]; selected?: string | null; films?: Film[]; data?: unknown }];
  analyze: [Uint8Array, Analysis];
  history: [object, { entries: HistoryEntry[] }];
  correct_mood: [{ shown: Announced }, { corrections: number }];
  play: [{ film: string; slate?: string }, { started: boolean }];
}
export type CommandName = keyof Commands;

export interface Reply {
  request?: string | null;
  ok?: unknown;
  error?: { field: string; message: string };
}
