import {isBuiltin} from 'node:module';

/**
 * An import statement as esbuild writes it: what it binds, from where. Only what begins a statement counts.
 */
const importStatement =
	/(?<=^|[;}\n])import\s*(?:(?<name>[\w$]+)\s*(?:,\s*(?=[{*]))?)?(?:\*\s*as\s+(?<all>[\w$]+)|\{(?<members>[^}]*)\})?\s*(?:from)?\s*"(?<module>[^"\n]+)";/g;

/**
 * Takes modules of Node's own out of the import statements of a bundled module. An import asks for every one
 * of their exports, those too that Node would load later: `node:http` then brings all of fetch, and `node:fs`
 * the streams. That was a third of the time of asking a registry whether there is an update.
 */
export function makeBuiltinsLazy(code: string): string {
	return code.replace(importStatement, (statement, ...rest) => {
		const {name, all, members = '', module} = rest.at(-1) as Partial<Record<string, string>>;
		if (module === undefined || !isBuiltin(module)) return statement;
		const builtin = `process.getBuiltinModule(${JSON.stringify(module)})`;
		// The default export of such a module is the module.
		const [defaults, others] = partition(
			members.split(',').filter((member) => member.trim() !== ''),
			(member) => /^\s*default\s+as\b/.test(member),
		);
		const whole = [name, all, ...defaults.map((member) => member.trim().split(/\s+/).at(-1))];
		const [late, early] = partition(
			others,
			(member) => module === costlyModule && /^\s*[a-z]/.test(member),
		);
		const bindings = [
			...whole.flatMap((binding) => (binding === undefined ? [] : `${binding}=${builtin}`)),
			...late.map((member) => asForwarder(member, builtin)),
			...(early.length === 0 ? [] : [`{${early.map(asProperty).join(',')}}=${builtin}`]),
		];
		return bindings.length === 0 ? `${builtin};` : `const ${bindings.join(',')};`;
	});
}

/** OpenSSL with it: most commands that could hash something do not. */
const costlyModule = 'node:crypto';

/** A function that asks for the one of the module when it is called. */
function asForwarder(member: string, builtin: string): string {
	const [name = '', binding = name] = member.trim().split(/\s+as\s+/);
	return `${binding}=(...given)=>${builtin}.${name}(...given)`;
}

/** `a as b` as destructuring writes it. */
function asProperty(member: string): string {
	return member.trim().replace(/\s+as\s+/, ':');
}

function partition<T>(items: readonly T[], isFirst: (item: T) => boolean): [T[], T[]] {
	return [items.filter(isFirst), items.filter((item) => !isFirst(item))];
}
