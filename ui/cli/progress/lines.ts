/** The words of progress: everything that a terminal or a log shows of a step. */
import {formatCounted, formatDuration, formatSize} from '../format.ts';
import {fractionDone, type RunningStep, secondsLeft} from './running-step.ts';

const barWidth = 20;
/** A rate is stale when nothing came for this long. */
const stalledMs = 10_000;

/** One line of at most `columns` columns; what does not fit is left out from the right. */
export function formatLiveLine(step: RunningStep, now: number, columns: number): string {
	const parts = [step.title];
	const fraction = fractionDone(step);
	if (fraction !== undefined) parts.push(formatBar(fraction), formatPercent(fraction).padStart(5));
	for (const part of [...amountParts(step), ...paceParts(step, now)]) parts.push(part);
	let line = '';
	for (const part of parts) {
		const longer = line === '' ? part : `${line}  ${part}`;
		if (longer.length > columns) break;
		line = longer;
	}
	return line === '' ? step.title.slice(0, columns) : line;
}

/** The same facts for a log. */
export function formatLogLine(step: RunningStep, now: number): string {
	const fraction = fractionDone(step);
	const parts = [
		...(fraction === undefined ? [] : [formatPercent(fraction)]),
		...amountParts(step),
		...paceParts(step, now),
	];
	return parts.length === 0
		? `${step.title}: ${formatDuration((now - step.startedAt) / 1000)} so far`
		: `${step.title}: ${parts.join(', ')}`;
}

export function formatBeginLine(step: RunningStep): string {
	return step.total === undefined
		? `${step.title} …`
		: `${step.title} (${formatAmount(step, step.total)}) …`;
}

/** What stays of a step that is done: `Write objects: 401 MiB in 2.3 s, 174 MiB/s`. */
export function formatDoneLine(step: RunningStep, now: number): string {
	const seconds = (now - step.startedAt) / 1000;
	const amount = Math.max(step.done, step.total ?? 0);
	if (amount === 0) return `${step.title}: done in ${formatDuration(seconds)}`;
	const rate = seconds >= 0.05 ? `, ${formatRate(step, amount / seconds)}` : '';
	return `${step.title}: ${formatAmount(step, amount)} in ${formatDuration(seconds)}${rate}`;
}

function formatBar(fraction: number): string {
	const filled = Math.floor(fraction * barWidth);
	return `[${'#'.repeat(filled)}${'-'.repeat(barWidth - filled)}]`;
}

/** Rounded down: 100 % means all of it. */
function formatPercent(fraction: number): string {
	return `${Math.floor(fraction * 100)} %`;
}

function amountParts(step: RunningStep): string[] {
	if (step.total !== undefined)
		return [`${formatAmount(step, step.done)} of ${formatAmount(step, step.total)}`];
	return step.done === 0 ? [] : [formatAmount(step, step.done)];
}

function paceParts(step: RunningStep, now: number): string[] {
	const silentMs = now - step.advancedAt;
	if (silentMs >= stalledMs && step.done > 0)
		return [`nothing for ${formatDuration(silentMs / 1000)}`];
	const left = secondsLeft(step, now);
	return [
		...(step.rate === undefined ? [] : [formatRate(step, step.rate)]),
		...(left === undefined ? [] : [`${formatDuration(left)} left`]),
	];
}

function formatAmount({unit}: RunningStep, amount: number): string {
	return unit === 'bytes' ? formatSize(amount) : formatCounted(amount, 'file');
}

function formatRate({unit}: RunningStep, rate: number): string {
	return unit === 'bytes'
		? `${formatSize(rate)}/s`
		: `${formatCounted(Math.round(rate), 'file')}/s`;
}
