import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {isSameArgument, matchesArgument} from '../../../engine/boot/kernel-argument.ts';

const test = suite('kernel argument');

const patterns: readonly (readonly [argument: string, pattern: string, matches: boolean])[] = [
	['quiet', 'quiet', true],
	['quiet', 'splash', false],
	['quiet2', 'quiet', false],
	['console=tty0', 'console', true],
	['console=tty0', 'console=tty0', true],
	['console=tty0', 'console=tty', false],
	['console=tty0', 'console=ttyS0', false],
	['console', 'console=tty0', false],
	['quiet', 'quiet=', true],
	['rd.shell=0', 'rd', false],
	['transparent-hugepage=never', 'transparent_hugepage', true],
	['transparent-hugepage=never', 'transparent_hugepage=never', true],
	['a=b-c', 'a=b_c', false],
	['dyndbg="file a +p"', 'dyndbg', true],
	['dyndbg="file a +p"', '"dyndbg=file a +p"', true],
	['systemd.setenv=A=1', 'systemd.setenv=A=1', true],
	['systemd.setenv=A=1', 'systemd.setenv=A', false],
	['__proto__=1', '__proto__', true],
];
for (const [argument, pattern, matches] of patterns)
	test(`${argument} is ${matches ? '' : 'not '}meant by ${pattern}`, () =>
		assert.is(matchesArgument(argument, pattern), matches));

const pairs: readonly (readonly [one: string, other: string, same: boolean])[] = [
	['quiet', 'quiet', true],
	['console=tty0', 'console', false],
	['console', 'console=tty0', false],
	['a-b="c d"', '"a_b=c d"', true],
	['a=1', 'a=2', false],
];
for (const [one, other, same] of pairs)
	test(`${one} says ${same ? 'the same as' : 'another thing than'} ${other}`, () =>
		assert.is(isSameArgument(one, other), same));

test.run();
