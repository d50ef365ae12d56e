import {glob, writeFile} from 'node:fs/promises';
import {isBuiltin} from 'node:module';
import path from 'node:path';
import {build, type Plugin} from 'esbuild';

/** Threads start from a file of their own, which the bundle has to keep. */
const workerFiles = '{engine,installer}/**/*-worker.ts';

/**
 * Bundles the program into a flat folder of modules: `main.js`, one for each worker, and chunks that
 * are loaded when a command needs them. Another program than slipway's own can be named by its file.
 * @returns the source files that went in, relative to the project
 */
export async function bundleJavaScript(
	project: string,
	outputFolder: string,
	program = 'ui/cli/main.ts',
): Promise<string[]> {
	const workers = await Array.fromAsync(glob(workerFiles, {cwd: project}));
	const {metafile} = await build({
		absWorkingDir: project,
		entryPoints: Object.fromEntries(
			[program, ...workers.sort()].map((file) => [path.basename(file, '.ts'), file]),
		),
		outdir: outputFolder,
		entryNames: '[name]',
		chunkNames: 'chunk-[hash]',
		bundle: true,
		splitting: true,
		platform: 'node',
		format: 'esm',
		target: 'node26',
		// Not identifiers: errors are named by their classes.
		minifySyntax: true,
		minifyWhitespace: true,
		plugins: [lazyBuiltins, withoutDevtools],
		define: {'process.env.NODE_ENV': '"production"'},
		banner: {js: banner},
		legalComments: 'none',
		metafile: true,
		logLevel: 'warning',
	});
	await writeFile(path.join(outputFolder, 'package.json'), '{"type":"module"}\n');
	return Object.keys(metafile.inputs)
		.filter((file) => !/^(builtin|none):/.test(file))
		.sort();
}

/**
 * Packages written for CommonJS call `require`. koffi looks for its addon at
 * `${process.resourcesPath}/koffi/linux_ARCH/koffi.node`.
 */
const banner = `import {createRequire as __createRequire} from 'node:module';
const require = __createRequire(import.meta.url);
process.resourcesPath ??= import.meta.dirname;`;

/** Of ink, for those who develop it; it is not installed, and an import of it would have to be there at the start. */
const withoutDevtools: Plugin = {
	name: 'without-devtools',
	setup({onResolve, onLoad}) {
		onResolve({filter: /^react-devtools-core$/}, ({path: name}) => ({
			path: name,
			namespace: 'none',
		}));
		onLoad({filter: /^/, namespace: 'none'}, () => ({contents: 'export default undefined'}));
	},
};

const builtin = 'builtin';

/**
 * An `import` of a module of Node's own asks for every one of its exports, those it would load later
 * too: `node:http` then brings all of fetch, and `node:fs` the streams. That was a third of the time of
 * asking a registry whether there is an update.
 */
const lazyBuiltins: Plugin = {
	name: 'lazy-builtins',
	setup({onResolve, onLoad}) {
		onResolve({filter: /^[a-z]/}, ({path: name, kind}) =>
			kind === 'import-statement' && isBuiltin(name) ? {path: name, namespace: builtin} : undefined,
		);
		onLoad({filter: /^/, namespace: builtin}, ({path: name}) => ({
			contents: `module.exports = process.getBuiltinModule(${JSON.stringify(name)})`,
		}));
	},
};
