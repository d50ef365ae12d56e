/**
 * What long work reports while it goes on. The engine emits these; who calls it draws them.
 * They are also the JSON lines of `--progress-fd`, so fields are only ever added.
 */
export type ProgressEvent =
	/** A step began. `total` is in bytes (or in `unit`), absent when it is not known. */
	| {
			readonly type: 'step';
			readonly step: string;
			readonly title: string;
			readonly total?: number;
			readonly unit?: 'bytes' | 'files';
	  }
	/** How far the step that runs has come; never goes backwards within a step. */
	| {readonly type: 'advance'; readonly step: string; readonly done: number}
	| {readonly type: 'done'; readonly step: string}
	/** What a program of somebody else printed during a step: one line, without what fools a terminal. */
	| {readonly type: 'output'; readonly step: string; readonly line: string}
	/** Worth telling, not worth stopping for. */
	| {
			readonly type: 'warning';
			readonly code: string;
			readonly message: string;
			readonly hint?: string;
	  };

export type ProgressReporter = (event: ProgressEvent) => void;

/** For callers that draw nothing. */
export const noProgress: ProgressReporter = () => {};
